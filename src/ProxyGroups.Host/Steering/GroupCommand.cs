using System.CommandLine;

namespace ProxyGroups.Host.Steering;

/// <summary>Commands that do one thing to process groups: <c>restart</c>, <c>pause</c>, <c>resume</c>, <c>stop</c>, <c>start</c>, <c>maintenance</c>.</summary>
internal static class GroupCommand
{
    private static readonly string[] Switch = ["on", "off"];

    public static IEnumerable<Command> CreateAll() =>
    [
        Create("restart", "Replace the workers one by one, each when its successor is ready; no request is lost.", "restarts worker by worker"),
        Create("pause", "Keep new requests waiting; those that run go on.", "is paused: its requests wait"),
        Create("resume", "Let waiting requests go on.", "goes on"),
        Create("stop", "Finish what runs, stop all workers, answer 503 until it is started again.", "stops"),
        Create("start", "Start a stopped group.", "starts"),
        CreateMaintenance(),
    ];

    private static Command Create(string verb, string description, string outcome)
    {
        var groups = GroupNames.Several();
        var arguments = new SteeringArguments();
        var command = new Command(verb, description) { groups };
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) => arguments.RunAsync(parsed, (client, report) => ForEachAsync(client, report, parsed.GetValue(groups)!, verb, outcome, cancellationToken)));
        return command;
    }

    private static Command CreateMaintenance()
    {
        var group = GroupNames.One();
        var position = new Argument<string>("on|off") { Description = "Into maintenance, or out of it." };
        position.AcceptOnlyFromAmong(Switch);
        var arguments = new SteeringArguments();
        var command = new Command("maintenance", "Answer new requests with a maintenance page instead of asking workers.") { group, position };
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) => arguments.RunAsync(parsed, (client, report) =>
        {
            var isOn = parsed.GetValue(position) == "on";
            return ForEachAsync(client, report, [parsed.GetValue(group)!], isOn ? "maintenance/on" : "maintenance/off", isOn ? "is in maintenance" : "is out of maintenance", cancellationToken);
        }));
        return command;
    }

    // Each is tried: a group that is refused does not keep the others from what was asked for.
    private static async Task<int> ForEachAsync(FrontDoorClient client, Report report, IReadOnlyList<string> groups, string verb, string outcome, CancellationToken cancellationToken)
    {
        var exitCode = ExitCode.Done;
        foreach (var group in groups)
        {
            var reply = await client.PostAsync($"/v1/groups/{Uri.EscapeDataString(group)}/{verb}", cancellationToken);
            exitCode = Math.Max(exitCode, report.Write(reply, (_, taken) => report.Line($"{taken.Read<CommandReply>().Group} {outcome}.")));
        }

        return exitCode;
    }
}
