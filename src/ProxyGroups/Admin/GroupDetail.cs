using ProxyGroups.Groups;
using ProxyGroups.Scheduling;
using ProxyGroups.Supervision;

namespace ProxyGroups.Admin;

/// <summary>What the group has done, for those who may see what its clients ask for.</summary>
/// <param name="Utilisation">Shares of its slot time that requests held.</param>
/// <param name="QueueTime">How long requests waited for a slot, those that got none included.</param>
/// <param name="ServiceTime">How long requests held a slot.</param>
/// <param name="LastFailures">The newest first; refusals of a busy group are only counted.</param>
/// <param name="Preloaders">The processes of PreloadApp, which its workers are forked from.</param>
/// <param name="Sharing">Memory of its workers and of these; null: there are none, or not all is known.</param>
internal sealed record GroupDetail(
    Utilisation Utilisation, TimesSnapshot QueueTime, TimesSnapshot ServiceTime, RefusalsSnapshot Refused, IReadOnlyList<FailedRequestSnapshot> LastFailures,
    IReadOnlyList<PreloaderSnapshot> Preloaders, SharingSnapshot? Sharing)
{
    public static GroupDetail Of(ProcessGroup group, SchedulerReport report, UsageReport usage)
    {
        var preloaders = usage.PreloadersOf(PreloadSpec.OwnerOf(group.Name)).ToList();
        return new(
            group.Marks.Read(report.SlotTime),
            TimesSnapshot.Of(report.Waits),
            TimesSnapshot.Of(report.Services),
            RefusalsSnapshot.Of(report.Snapshot.Totals),
            [.. group.Failures.Read().Select(FailedRequestSnapshot.Of)],
            [.. preloaders.Select(preloader => PreloaderSnapshot.Of(preloader, usage))],
            SharingSnapshot.Of(group.Pids, preloaders, usage));
    }
}
