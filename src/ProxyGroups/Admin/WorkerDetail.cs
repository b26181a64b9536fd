using ProxyGroups.Groups;
using ProxyGroups.Scheduling;
using ProxyGroups.Supervision;

namespace ProxyGroups.Admin;

/// <summary>What a worker does and uses, for those who may see what its clients ask for.</summary>
/// <param name="Uptime">Since the process came into being; null: there is none yet.</param>
/// <param name="CpuTime">Of the worker and of what it started, since its start; null: not known.</param>
/// <param name="CpuShare">Of late, in cores.</param>
/// <param name="Pss">Memory in bytes with its part of what others share; null: not known. Memory of the snapshot is what it uses alone.</param>
/// <param name="Doing">Each slot that is held, in order.</param>
/// <param name="LastExit">Null: it is the first of its rank.</param>
/// <param name="MemoryKill">What the kernel last killed of it because memory ran out, and it lived on; null: nothing that is known of.</param>
internal sealed record WorkerDetail(TimeSpan? Uptime, TimeSpan? CpuTime, double? CpuShare, long? Pss, IReadOnlyList<SlotSnapshot> Doing, ExitSnapshot? LastExit, MemoryKillSnapshot? MemoryKill)
{
    public static WorkerDetail Of(WorkerView worker, ProcessGroup group, GroupState state, IEnumerable<HeldSlot> held, UsageReport usage)
    {
        var (now, connection, cpu) = (group.Now, group.FindServing(worker.Id)?.Connection, usage.Cpu(worker.Pid));
        return new WorkerDetail(
            now - worker.SpawnedAt,
            cpu?.Time,
            cpu is { Share: var share } ? Math.Round(share, 3) : null,
            usage.Memory(worker.Pid)?.Proportional,
            [.. held.OrderBy(static slot => slot.Slot).Select(slot => SlotSnapshot.Of(slot, connection?.Look(slot.Slot)))],
            state.Exits.TryGetValue(worker.Rank, out var last) ? ExitSnapshot.Of(last, now) : null,
            MemoryKillSnapshot.Of(worker, now));
    }
}
