using System.CommandLine;

namespace ProxyGroups.Host.Steering;

/// <summary><c>status</c>: all groups, or one with its workers.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var group = GroupNames.Optional("Show this process group with its workers; default: all groups.");
        var arguments = new SteeringArguments();
        var command = new Command("status", "Show how busy each process group is, and what is wrong.") { group };
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) => arguments.RunAsync(parsed, async (client, report) => parsed.GetValue(group) is { } name
            ? report.Write(await client.GetAsync($"/v1/groups/{Uri.EscapeDataString(name)}", cancellationToken), WriteGroup)
            : report.Write(await client.GetAsync("/v1/status", cancellationToken), WriteAll)));
        return command;
    }

    public static void WriteAll(Report report, FrontDoorReply reply) => StatusText.Write(report, reply.Read<FrontDoorStatus>());

    private static void WriteGroup(Report report, FrontDoorReply reply) => GroupText.Write(report, reply.Read<GroupReply>().Group);
}
