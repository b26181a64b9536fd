using System.CommandLine;
using System.Text.Json;

namespace ProxyGroups.Host.Steering;

/// <summary><c>events</c>: what happened of late; with <c>-f</c> also what happens, until the front door stops.</summary>
internal static class EventsCommand
{
    public static Command Create()
    {
        var group = GroupNames.Optional("Only events of this process group; default: all.");
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
        await foreach (var happened in FollowedEvents.ReadAsync(client, static newest => $"/v1/events?after={newest ?? "0"}", cancellationToken))
        {
            Write(report, JsonElement.Parse(happened.Data), group);
        }

        return ExitCode.Done;
    }

    private static void Write(Report report, JsonElement happened, string? group)
    {
        var read = happened.Deserialize<GroupEventLine>(PlainTextConverter.Options)!;
        if (group is null || group.Equals(read.Group, StringComparison.OrdinalIgnoreCase))
        {
            report.Line(report.IsJson ? happened.GetRawText() : read.Describe(report));
        }
    }
}
