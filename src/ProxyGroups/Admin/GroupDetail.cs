using ProxyGroups.Groups;
using ProxyGroups.Scheduling;

namespace ProxyGroups.Admin;

/// <summary>What the group has done, for those who may see what its clients ask for.</summary>
/// <param name="Utilisation">Shares of its slot time that requests held.</param>
/// <param name="QueueTime">How long requests waited for a slot, those that got none included.</param>
/// <param name="ServiceTime">How long requests held a slot.</param>
/// <param name="LastFailures">The newest first; refusals of a busy group are only counted.</param>
internal sealed record GroupDetail(
    Utilisation Utilisation, TimesSnapshot QueueTime, TimesSnapshot ServiceTime, RefusalsSnapshot Refused, IReadOnlyList<FailedRequestSnapshot> LastFailures)
{
    public static GroupDetail Of(ProcessGroup group, SchedulerReport report) => new(
        group.Marks.Read(report.SlotTime),
        TimesSnapshot.Of(report.Waits),
        TimesSnapshot.Of(report.Services),
        RefusalsSnapshot.Of(report.Snapshot.Totals),
        [.. group.Failures.Read().Select(FailedRequestSnapshot.Of)]);
}
