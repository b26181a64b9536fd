using ProxyGroups.Groups;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Admin;

/// <summary>What a group that runs does and uses at one moment.</summary>
internal sealed record GroupLoad
{
    public required string State { get; init; }

    public required int ReadyWorkers { get; init; }

    public required int Workers { get; init; }

    public required int BusySlots { get; init; }

    public required int Slots { get; init; }

    public required int Queued { get; init; }

    public bool IsPaused { get; init; }

    public bool IsInMaintenance { get; init; }

    /// <summary>Why it does not get all the workers that it wants; null: it does.</summary>
    public string? Shortage { get; init; }

    /// <summary>Why starts fail; null: they do not.</summary>
    public string? Failure { get; init; }

    /// <summary>Mean time that a request holds a slot; null: too few have ended.</summary>
    public TimeSpan? MeanServiceTime { get; init; }

    /// <summary>Bytes that each ready worker and what it started use alone; empty where that is not told.</summary>
    public IReadOnlyList<long> Sizes { get; init; } = [];

    /// <summary>Cores that its ready workers keep computing; null: that was not measured.</summary>
    public double? Computing { get; init; }

    /// <summary>Share of its slot time of the last minute that requests held; null: there was none.</summary>
    public double? Utilisation { get; init; }

    public CgroupUsage? Cgroup { get; init; }

    /// <param name="cpu">What each process computes now.</param>
    public static GroupLoad Of(ProcessGroup group, IReadOnlyCollection<ProcessStat> processes, Func<int, CpuUse?> cpu)
    {
        var snapshot = GroupSnapshot.Of(group);
        var ready = snapshot.Workers.Where(static worker => worker.State == WorkerState.Ready).ToList();
        return new GroupLoad
        {
            State = snapshot.State,
            ReadyWorkers = ready.Count,
            Workers = snapshot.Workers.Count,
            BusySlots = snapshot.BusySlots,
            Slots = snapshot.Slots,
            Queued = snapshot.Queued,
            IsPaused = snapshot.IsPaused,
            IsInMaintenance = snapshot.IsInMaintenance,
            Shortage = snapshot.Shortage,
            Failure = snapshot.Failure is { } failure ? $"{failure.Cause.TrimEnd('.')}. {failure.Remedy}" : null,
            MeanServiceTime = group.Scheduler.Snapshot().MeanServiceTime,
            Sizes = [.. ready.Select(worker => ProcessMemory.OfFamily(worker.Pid, processes)?.Unique).OfType<long>()],
            Computing = ready.Select(worker => cpu(worker.Pid)?.Share).OfType<double>().ToList() is { Count: > 0 } shares ? shares.Sum() : null,
            Utilisation = group.Marks.Read(group.Scheduler.Report().SlotTime).OneMinute,
            Cgroup = snapshot.Cgroup,
        };
    }
}
