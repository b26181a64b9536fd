using System.Globalization;

namespace ProxyGroups.Host.Steering;

/// <summary>One process group in words and tables: what it has done, its workers, what their slots do now, what failed of late.</summary>
internal static class GroupText
{
    public static void Write(Report report, GroupStatus group)
    {
        report.Line($"{group.Name}: {report.Paint(group.State)}, generation {group.Generation}, {group.Kind}{(group.ApplicationGroup is { } parent ? $", application group {parent}" : string.Empty)}");
        report.Line($"{StatusText.Size(group)}: {(group.Serves ? $"{StatusText.Busy(group)} slots busy, {group.Queued} of at most {group.QueueLimit} requests waiting{(group.Queued > 0 ? $", the oldest for {StatusText.OldestWait(group)}" : string.Empty)}" : "in the background")}");
        foreach (var trouble in StatusText.Troubles(group))
        {
            report.Line(trouble);
        }

        if (group.Serves)
        {
            WriteTimes(report, group.Detail);
        }

        WriteWorkers(report, group);
        PreloaderText.Write(report, group.Detail);
        WriteSlots(report, group);
        WriteFailures(report, group.Detail.LastFailures);
    }

    private static void WriteTimes(Report report, GroupDetailStatus detail)
    {
        report.Line($"slots were used {Words.OfShare(detail.Utilisation.OneMinute)} of the last minute, {Words.OfShare(detail.Utilisation.FifteenMinutes)} of the last 15 minutes");
        if (detail.QueueTime.Count > 0)
        {
            report.Line($"{detail.QueueTime.Count} requests waited for a slot: {Quantiles(detail.QueueTime)}");
        }

        if (detail.ServiceTime.Count > 0)
        {
            report.Line($"{detail.ServiceTime.Count} requests were served: {Quantiles(detail.ServiceTime)}");
        }

        var refused = Refusals(detail.Refused).Where(static part => part.Count > 0).Select(static part => $"{part.Count} {part.Why}").ToList();
        if (refused.Count > 0)
        {
            report.Line($"refused: {string.Join(", ", refused)}");
        }
    }

    private static string Quantiles(TimesStatus times) =>
        $"half within {Words.OfSeconds(times.P50!.Value)}, 95 % within {Words.OfSeconds(times.P95!.Value)}, 99 % within {Words.OfSeconds(times.P99!.Value)}";

    private static (long Count, string Why)[] Refusals(RefusalsStatus refused) =>
    [
        (refused.QueueFull, "by a full queue"),
        (refused.WouldWaitTooLong, "that would have waited too long"),
        (refused.WaitedTooLong, "that had waited too long"),
        (refused.BootTimedOut, "since no worker came up in time"),
        (refused.Closed, "while nobody could serve"),
    ];

    private static void WriteWorkers(Report report, GroupStatus group)
    {
        if (group.Workers.Count == 0)
        {
            return;
        }

        report.Line(string.Empty);
        Table.Write(
            report,
            ["worker", "pid", "gen", "busy", "requests", "up", "cpu", "memory", "+shared", "state"],
            group.Workers.Select(worker => (IReadOnlyList<string>)
            [
                $"{worker.Rank}",
                $"{worker.Pid}",
                $"{worker.Generation}",
                $"{worker.Busy}/{worker.Slots}",
                worker.Requests.ToString(CultureInfo.InvariantCulture),
                worker.Detail.Uptime is { } uptime ? Words.Of(uptime) : "-",
                Words.OfCores(worker.Detail.CpuShare),
                Words.OfBytes(worker.Memory),
                Words.OfBytes(worker.Detail.Pss - worker.Memory),
                worker.State == "ready" ? report.Paint(worker.State) : $"{report.Paint(worker.State)} ({worker.Reason})",
            ]));
        foreach (var worker in group.Workers.Where(static worker => worker.Detail.LastExit is not null))
        {
            var last = worker.Detail.LastExit!;
            report.Line($"worker {worker.Rank} before it: pid {last.Pid}, generation {last.Generation}, ended {Words.Of(last.Ago)} ago: {last.Exit} ({last.Reason})");
        }

        foreach (var worker in group.Workers.Where(static worker => worker.Detail.MemoryKill is not null))
        {
            report.Line($"worker {worker.Rank}, {Words.Of(worker.Detail.MemoryKill!.Ago)} ago: {worker.Detail.MemoryKill.Text}");
        }
    }

    private static void WriteSlots(Report report, GroupStatus group)
    {
        var held = group.Workers.SelectMany(static worker => worker.Detail.Doing.Select(slot => (worker.Rank, Slot: slot))).ToList();
        if (held.Count > 0)
        {
            report.Line(string.Empty);
            Table.Write(
                report,
                ["worker", "slot", "for", "request"],
                held.Select(static one => (IReadOnlyList<string>)[$"{one.Rank}", $"{one.Slot.Slot}", Words.Of(one.Slot.Age), $"{(one.Slot.IsUpgraded ? "WebSocket " : string.Empty)}{one.Slot.Method} {one.Slot.Path}"]));
        }
    }

    private static void WriteFailures(Report report, IReadOnlyList<FailedRequestStatus> failures)
    {
        if (failures.Count > 0)
        {
            report.Line(string.Empty);
            report.Line("last failures, which the log tells more of by their ids:");
            foreach (var failed in failures)
            {
                report.Line($"  {failed.Time.ToLocalTime():HH:mm:ss}  {failed.Id}  {failed.Cause}{(failed.Rank is null ? string.Empty : $" at worker {failed.Rank}")}  {failed.Method} {failed.Path}");
            }
        }
    }
}
