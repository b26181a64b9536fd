using System.Globalization;

namespace ProxyGroups.Host.Steering;

/// <summary>The state of a front door in words and tables.</summary>
internal static class StatusText
{
    public static void Write(Report report, FrontDoorStatus status)
    {
        report.Line($"ProxyGroups {status.ServerVersion}, pid {status.Pid}, up for {Words.Of(status.Time - status.Started)}: {status.Groups.Count} process groups, {status.Groups.Sum(static group => group.BusySlots)} of {status.Groups.Sum(static group => group.Slots)} slots busy");
        if (status.Groups.Count > 0)
        {
            report.Line(string.Empty);
            Table.Write(
                report,
                ["group", "processes x threads", "busy", "waiting", "oldest", "generation", "state"],
                status.Groups.Select(group => (IReadOnlyList<string>)[group.Name, Size(group), Busy(group), Waiting(group), OldestWait(group), $"{group.Generation}", report.Paint(group.State)]));
        }

        foreach (var group in status.Groups)
        {
            WriteTrouble(report, group, $"{group.Name}: ");
        }
    }

    public static void Write(Report report, GroupStatus group)
    {
        report.Line($"{group.Name}: {report.Paint(group.State)}, generation {group.Generation}, {group.Kind}{(group.ApplicationGroup is { } parent ? $", application group {parent}" : string.Empty)}");
        report.Line($"{Size(group)}: {(group.Serves ? $"{Busy(group)} slots busy, {group.Queued} of at most {group.QueueLimit} requests waiting{(group.Queued > 0 ? $", the oldest for {OldestWait(group)}" : string.Empty)}" : "in the background")}");
        WriteTrouble(report, group, string.Empty);
        if (group.Workers.Count > 0)
        {
            report.Line(string.Empty);
            Table.Write(
                report,
                ["worker", "pid", "generation", "busy", "requests", "memory", "state"],
                group.Workers.Select(worker => (IReadOnlyList<string>)
                [
                    $"{worker.Rank}", $"{worker.Pid}", $"{worker.Generation}", $"{worker.Busy}/{worker.Slots}", worker.Requests.ToString(CultureInfo.InvariantCulture), Memory(worker), $"{report.Paint(worker.State)} ({worker.Reason})",
                ]));
        }
    }

    private static void WriteTrouble(Report report, GroupStatus group, string prefix)
    {
        if (group.Failure is { } failure)
        {
            report.Line($"{prefix}generation {failure.Generation} does not start, {failure.Tries} tries so far: {failure.Cause.TrimEnd('.')}. {failure.Remedy}");
        }

        if (group.Shortage is { } shortage)
        {
            report.Line(prefix + shortage);
        }
    }

    private static string Size(GroupStatus group) =>
        $"{group.Workers.Count(static worker => worker.State == "ready")} of {(group.MaxProcesses > group.Processes ? $"{group.Processes}-{group.MaxProcesses}" : $"{group.Processes}")}{(group.Serves ? $" x {group.Threads}" : string.Empty)}";

    private static string Busy(GroupStatus group) => group.Serves ? $"{group.BusySlots}/{group.Slots}" : "-";

    private static string Waiting(GroupStatus group) => group.Serves ? $"{group.Queued}" : "-";

    private static string OldestWait(GroupStatus group) => group.Queued > 0 ? Words.Of(group.OldestWait) : "-";

    private static string Memory(WorkerStatus worker) => worker.Memory is { } bytes ? $"{bytes >> 20} MiB" : "-";
}
