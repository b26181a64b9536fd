using System.Globalization;
using System.Text.RegularExpressions;
using ProxyGroups.Supervision;

namespace ProxyGroups.Runtimes;

/// <summary>
/// The argument list and variables of a command with their placeholders. In arguments <c>{{</c> stands for a brace, and an unknown
/// placeholder is an error. In values of Environment only the known ones are replaced: there, braces have owners of their own.
/// </summary>
internal sealed partial class CommandTemplate
{
    private const string Known = "{socket}, {port} and {threads}";

    private readonly RuntimeRequest _request;

    private CommandTemplate(RuntimeRequest request) => _request = request;

    /// <summary>Reports unknown placeholders and contradictions.</summary>
    public static CommandTemplate Parse(RuntimeRequest request)
    {
        var command = new CommandTemplate(request);
        for (var index = 0; index < request.Settings.Command.Count; index++)
            command.ReportUnknown(index);
        if (command.UsesSocket && command.Uses("port"))
            request.Report("Command", null, "{socket} and {port} are both used; a worker listens on one of them",
                "Use {socket} where the program can listen on a Unix socket, else {port}.");
        return command;
    }

    /// <summary>{socket} is written somewhere; without it the program gets a port.</summary>
    public bool UsesSocket => Uses("socket");

    /// <summary>{threads} is written somewhere: the program sizes itself by it.</summary>
    public bool UsesThreads => Uses("threads");

    public IEnumerable<string> FillArguments(WorkerEndpoint endpoint) =>
        _request.Settings.Command.Select(argument => InArgument().Replace(argument, match =>
            match.Value == "{{" ? "{" : Value(match.Groups[1].Value, endpoint)));

    /// <summary>The variables that hold a placeholder.</summary>
    public Dictionary<string, string> FillEnvironment(WorkerEndpoint endpoint) =>
        _request.Settings.Environment
            .Where(variable => InVariable().IsMatch(variable.Value))
            .ToDictionary(variable => variable.Key, variable =>
                InVariable().Replace(variable.Value, match => Value(match.Groups[1].Value, endpoint)));

    private string Value(string placeholder, WorkerEndpoint endpoint) => placeholder switch
    {
        "socket" => endpoint.SocketPath ?? throw new ArgumentException("The command listens on a socket.", nameof(endpoint)),
        "port" => Text(endpoint.Port ?? throw new ArgumentException("The command listens on a port.", nameof(endpoint))),
        _ => Text(_request.Settings.Threads),
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private void ReportUnknown(int index)
    {
        var argument = _request.Settings.Command[index];
        foreach (var name in Placeholders(argument).Except(["socket", "port", "threads"]))
            _request.Report(string.Create(CultureInfo.InvariantCulture, $"Command:{index}"), argument,
                $"{{{name}}} is no placeholder", $"Known are {Known}; write {{{{{name}}} to pass {{{name}}} on.");
    }

    private bool Uses(string placeholder) =>
        _request.Settings.Command.SelectMany(Placeholders).Contains(placeholder)
        || _request.Settings.Environment.Values.SelectMany(value => InVariable().Matches(value)).Any(match => match.Groups[1].Value == placeholder);

    private static IEnumerable<string> Placeholders(string argument) =>
        InArgument().Matches(argument).Select(match => match.Groups[1].Value).Where(name => name.Length > 0).Distinct();

    [GeneratedRegex(@"\{\{|\{([A-Za-z_]\w*)\}")]
    private static partial Regex InArgument();

    [GeneratedRegex(@"(?<!\{)\{(socket|port|threads)\}")]
    private static partial Regex InVariable();
}
