using System.Diagnostics.Metrics;
using ProxyGroups.Scheduling;
using ProxyGroups.Supervision;
using ProxyGroups.Telemetry;

namespace ProxyGroups.Groups;

/// <summary>Looks at all groups for whoever collects metrics. Two workers of one rank, while one replaces the other, count as one rank: a label names one value.</summary>
internal sealed class GroupGauges(ProcessGroupRegistry groups) : IGroupGauges
{
    private static readonly WorkerState[] States = [WorkerState.Starting, WorkerState.Ready, WorkerState.Draining, WorkerState.Stopping];

    public IEnumerable<Measurement<long>> QueueLength() => OfServing(static group => group.Scheduler.Snapshot().QueueLength);

    public IEnumerable<Measurement<long>> QueueLimit() => OfServing(static group => group.Settings.Queue.Limit);

    public IEnumerable<Measurement<long>> SlotUsage() => ByRank(static worker => worker.Busy);

    public IEnumerable<Measurement<long>> SlotLimit() => ByRank(static worker => worker.State == WorkerSlotsState.Ready ? worker.Capacity : 0);

    public IEnumerable<Measurement<long>> Workers() => groups.All.SelectMany(static group => States.Select(state => new Measurement<long>(
        group.State.Workers.Count(worker => worker.State == state), ProxyGroupsMeter.Of(group.Name), ProxyGroupsMeter.OfState(WordOf(state)))));

    public IEnumerable<Measurement<long>> Requests() => OfServing(static group => group.Totals.Requests);

    public IEnumerable<(string Group, IEnumerable<(TimeSpan Mean, long Count)> Waits, IEnumerable<(TimeSpan Mean, long Count)> Services)> TakeTimes() =>
        groups.All.Select(static group => group.TakeTimes());

    public IEnumerable<Measurement<long>> Answers() => groups.All.SelectMany(static group => group.Totals.Answers.Read().Select(answers => new Measurement<long>(
        answers.Count, ProxyGroupsMeter.Of(group.Name), ProxyGroupsMeter.OfStatus(answers.Status))));

    public IEnumerable<Measurement<long>> WantedWorkers() => groups.All.Select(static group => new Measurement<long>(
        group.State.Phase == GroupPhase.Running ? group.State.Wanted : 0, ProxyGroupsMeter.Of(group.Name)));

    private IEnumerable<Measurement<long>> OfServing(Func<ProcessGroup, long> look) => groups.All
        .Where(static group => group.Settings.Serves)
        .Select(group => new Measurement<long>(look(group), ProxyGroupsMeter.Of(group.Name)));

    private IEnumerable<Measurement<long>> ByRank(Func<WorkerSlotsSnapshot, int> look) => groups.All
        .Where(static group => group.Settings.Serves)
        .SelectMany(group => group.Scheduler.Snapshot().Workers
            .GroupBy(static worker => worker.Rank, worker => look(worker))
            .Select(rank => new Measurement<long>(rank.Sum(), ProxyGroupsMeter.Of(group.Name), ProxyGroupsMeter.OfRank(rank.Key))));

    private static string WordOf(WorkerState state) => state switch
    {
        WorkerState.Starting => "starting",
        WorkerState.Ready => "ready",
        WorkerState.Draining => "draining",
        _ => "stopping",
    };
}
