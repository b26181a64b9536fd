using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ProxyGroups.Admin;
using ProxyGroups.Hosting;

namespace ProxyGroups.Host.Steering;

/// <summary><c>explain</c>: the person's own server in plain words; where no front door runs, by its settings alone.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var group = GroupNames.Optional("Explain this process group; default: all.");
        var arguments = new SteeringArguments();
        var command = new Command("explain", "Say what each knob is set to, what it gives, what it costs in memory, which one binds now and what to turn. Without a front door that runs: by the settings alone.\nExample: proxygroups explain shop") { group };
        arguments.AddTo(command);
        command.SetAction((parsed, cancellationToken) => arguments.RunAsync(parsed, (client, report) => ExplainAsync(client, report, SteeringArguments.TargetOf(parsed), parsed.GetValue(group), cancellationToken)));
        return command;
    }

    private static async Task<int> ExplainAsync(FrontDoorClient client, Report report, FrontDoorTarget target, string? group, CancellationToken cancellationToken)
    {
        try
        {
            return report.Write(await client.GetAsync(group is null ? "/v1/explain" : $"/v1/groups/{Uri.EscapeDataString(group)}/explain", cancellationToken), static (report, reply) => Write(report, reply.Read<ExplainReply>().Groups));
        }
        catch (SteeringException nobody) when (nobody.ExitCode == ExitCode.NotRunning && target is { Socket: null, Remote: null })
        {
            return await ExplainSettingsAsync(report, target.Place, group);
        }
    }

    private static async Task<int> ExplainSettingsAsync(Report report, FrontDoorPlace place, string? group)
    {
        try
        {
            await using var app = FrontDoor.Build(place, logs: false);
            var groups = app.Services.GetRequiredService<ProcessGroupsPlan>().Explain();
            var wanted = groups.Where(explained => group is null || explained.Group.Equals(group, StringComparison.OrdinalIgnoreCase)).ToList();
            if (wanted.Count == 0 && group is not null)
            {
                throw new SteeringException(ExitCode.Refused, $"There is no process group {group}. There are: {string.Join(", ", groups.Select(static explained => explained.Group))}.");
            }

            report.Write(new FrontDoorReply(true, JsonSerializer.Serialize(new { Version = 1, Groups = wanted }, PlainTextConverter.Options)), (report, _) => Write(report, wanted));
            return ExitCode.Done;
        }
        catch (Exception exception) when (StartError.IsExpected(exception))
        {
            throw new SteeringException(ExitCode.Refused, StartError.Describe(exception, place));
        }
    }

    private static void Write(Report report, IReadOnlyList<GroupExplanation> groups)
    {
        foreach (var (index, group) in groups.Index())
        {
            report.Line($"{(index > 0 ? Environment.NewLine : string.Empty)}{group.Group}");
            foreach (var knob in group.Knobs)
            {
                report.Line($"  {knob}");
            }

            report.Line($"  gives: {group.Gives}");
            report.Line($"  costs: {group.Costs}");
            report.Line($"  binds now: {group.Binds}");
            report.Line($"  turn: {group.Turn}");
        }
    }
}
