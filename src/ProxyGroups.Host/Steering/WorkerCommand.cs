using System.CommandLine;

namespace ProxyGroups.Host.Steering;

/// <summary>Commands about one worker, by its process id: <c>drain</c> and <c>recycle</c>.</summary>
internal static class WorkerCommand
{
    public static IEnumerable<Command> CreateAll() =>
    [
        Create("drain", "Give a worker no further requests, let it finish, stop it; another one takes its place.", "finishes and stops"),
        Create("recycle", "Replace a worker; it serves on until its successor is ready.", "is replaced when its successor is ready"),
    ];

    private static Command Create(string verb, string description, string outcome)
    {
        var pid = new Argument<int>("pid") { Description = "Process id of the worker, as status GROUP shows it." };
        var arguments = new SteeringArguments();
        var command = new Command(verb, description) { pid };
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) => arguments.RunAsync(parsed, async (client, report) =>
        {
            var reply = await client.PostAsync($"/v1/workers/{parsed.GetValue(pid)}/{verb}", cancellationToken);
            return report.Write(reply, (_, taken) => report.Line($"Worker {parsed.GetValue(pid)} of {taken.Read<CommandReply>().Group} {outcome}."));
        }));
        return command;
    }
}
