using System.CommandLine;
using System.Text.Json;

namespace ProxyGroups.Host.Steering;

/// <summary><c>events</c>: what happened of late; with <c>-f</c> also what happens, until the front door stops.</summary>
internal static class EventsCommand
{
    // A front door that is about to end may answer once more.
    private static readonly TimeSpan BeforeAnotherTry = TimeSpan.FromMilliseconds(200);

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public static Command Create()
    {
        var group = new Argument<string?>("group") { Arity = ArgumentArity.ZeroOrOne, Description = "Only events of this process group; default: all." };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what happens, until the front door stops." };
        var arguments = new SteeringArguments();
        var command = new Command("events", "Show what happened: workers that came and went and why, failures, commands, reloads. With --json one event a line.") { group, follow };
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) => arguments.RunAsync(parsed, (client, report) => parsed.GetValue(follow)
            ? FollowAsync(client, report, parsed.GetValue(group), cancellationToken)
            : ListAsync(client, report, parsed.GetValue(group), cancellationToken)));
        return command;
    }

    private static async Task<int> ListAsync(FrontDoorClient client, Report report, string? group, CancellationToken cancellationToken)
    {
        var reply = await client.GetAsync("/v1/events?after=0", cancellationToken);
        if (!reply.IsTaken)
        {
            return report.Write(reply, static (_, _) => { });
        }

        foreach (var happened in reply.Read<EventsReply>().Events)
        {
            Write(report, happened, group);
        }

        return ExitCode.Done;
    }

    // A reader that was too slow is cut off, and comes back to where it was.
    private static async Task<int> FollowAsync(FrontDoorClient client, Report report, string? group, CancellationToken cancellationToken)
    {
        var newest = 0L;
        while (true)
        {
            using (var lines = new StreamReader(await client.FollowAsync(newest, cancellationToken)))
            {
                while (await ReadAsync(lines, cancellationToken) is { } line)
                {
                    if (line.StartsWith("data: ", StringComparison.Ordinal))
                    {
                        newest = Write(report, JsonElement.Parse(line["data: ".Length..]), group);
                    }
                }
            }

            await Task.Delay(BeforeAnotherTry, TimeProvider.System, cancellationToken);
        }
    }

    private static async Task<string?> ReadAsync(StreamReader lines, CancellationToken cancellationToken)
    {
        try
        {
            return await lines.ReadLineAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            // Cut off; what is missing comes with the next try.
            return null;
        }
    }

    private static long Write(Report report, JsonElement happened, string? group)
    {
        var read = happened.Deserialize<GroupEventLine>(Web)!;
        if (group is null || group.Equals(read.Group, StringComparison.OrdinalIgnoreCase))
        {
            report.Line(report.IsJson ? happened.GetRawText() : read.Describe(report));
        }

        return read.Id;
    }
}
