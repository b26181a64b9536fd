using System.CommandLine;
using System.Text.Json;

namespace ProxyGroups.Host.Steering;

/// <summary><c>logs</c>: the last lines that workers wrote, and what the front door says of them; with <c>-f</c> also those that come.</summary>
internal static class LogsCommand
{
    private const int DefaultLines = 100;

    public static Command Create()
    {
        var group = GroupNames.Optional("Only lines of this process group; default: all.");
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with the lines that come, until the front door stops." };
        var count = new Option<uint>("--lines", "-n") { Description = "How many of the last lines come first; the last 1,000 of each group are kept.", DefaultValueFactory = static _ => DefaultLines };
        var arguments = new SteeringArguments();
        var command = new Command("logs", "Show what workers write, with group, rank, pid and generation, and what the front door says of them. With --json one line an object.\nExamples: proxygroups logs shop    proxygroups logs -f -n 20") { group, follow, count };
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) => arguments.RunAsync(parsed, (client, report) => parsed.GetValue(follow)
            ? FollowAsync(client, report, PathOf(parsed.GetValue(group)), parsed.GetValue(count), cancellationToken)
            : ListAsync(client, report, $"{PathOf(parsed.GetValue(group))}?lines={parsed.GetValue(count)}", cancellationToken)));
        return command;
    }

    private static string PathOf(string? group) => group is null ? "/v1/logs" : $"/v1/groups/{Uri.EscapeDataString(group)}/logs";

    private static async Task<int> ListAsync(FrontDoorClient client, Report report, string path, CancellationToken cancellationToken)
    {
        var reply = await client.GetAsync(path, cancellationToken);
        if (!reply.IsTaken)
        {
            return report.Write(reply, static (_, _) => { });
        }

        foreach (var line in reply.Read<LogsReply>().Lines)
        {
            Write(report, line);
        }

        return ExitCode.Done;
    }

    private static async Task<int> FollowAsync(FrontDoorClient client, Report report, string path, uint count, CancellationToken cancellationToken)
    {
        await foreach (var line in FollowedEvents.ReadAsync(client, newest => newest is null ? $"{path}?lines={count}" : $"{path}?after={newest}", cancellationToken))
        {
            Write(report, JsonElement.Parse(line.Data));
        }

        return ExitCode.Done;
    }

    private static void Write(Report report, JsonElement line) => report.Line(
        report.IsJson ? line.GetRawText()
        : line.TryGetProperty("lost", out var lost) ? $"{lost.GetInt64()} lines were lost here: they came faster than they were read."
        : line.Deserialize<LogLineReply>(PlainTextConverter.Options)!.Describe());
}
