using System.CommandLine;
using System.CommandLine.Completions;

namespace ProxyGroups.Host.Steering;

/// <summary>Arguments that are names of process groups; a shell completes them by the front door that runs.</summary>
internal static class GroupNames
{
    public static Argument<string> One() => Completed(new Argument<string>("group") { Description = "Name of a process group." });

    public static Argument<string[]> Several() => Completed(new Argument<string[]>("group") { Arity = ArgumentArity.OneOrMore, Description = "Names of process groups." });

    public static Argument<string?> Optional(string description) => Completed(new Argument<string?>("group") { Arity = ArgumentArity.ZeroOrOne, Description = description });

    private static Argument<T> Completed<T>(Argument<T> argument)
    {
        // Else the help would ask for the completions, of no front door at all.
        argument.HelpName = argument.Name;
        argument.CompletionSources.Add(static context => Running(context.ParseResult).Select(static name => new CompletionItem(name)));
        return argument;
    }

    private static IReadOnlyList<string> Running(ParseResult parsed)
    {
        try
        {
            using var client = new FrontDoorClient(SteeringArguments.TargetOf(parsed));
            return client.GetGroupNames();
        }
        catch (SteeringException)
        {
            // A person who presses Tab wants no message.
            return [];
        }
    }
}
