using System.Collections.Frozen;
using ProxyGroups.Scheduling;

namespace ProxyGroups.Groups;

/// <summary>What runs and waits in a group, as its scheduler said at one moment.</summary>
/// <param name="Busy">Slots that are held in workers which do not drain.</param>
/// <param name="Waiting">Requests in the queue.</param>
/// <param name="OldestWait">Time that the first of them has been in the queue.</param>
/// <param name="IdleFor">By worker id: time without a lease; zero while one is held.</param>
internal sealed record GroupDemand(int Busy, int Waiting, TimeSpan OldestWait, IReadOnlyDictionary<int, TimeSpan> IdleFor)
{
    public static GroupDemand Of(SchedulerSnapshot scheduler) => new(
        scheduler.Workers.Where(static worker => worker.State != WorkerSlotsState.Draining).Sum(static worker => worker.Busy),
        scheduler.QueueLength,
        scheduler.OldestWait,
        scheduler.Workers.ToFrozenDictionary(static worker => worker.Id, static worker => worker.IdleFor));
}
