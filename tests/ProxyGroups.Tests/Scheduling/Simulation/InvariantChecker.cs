using ProxyGroups.Scheduling;
using Xunit;

namespace ProxyGroups.Tests.Scheduling.Simulation;

/// <summary>What must be true after every operation, told without the model.</summary>
internal static class InvariantChecker
{
    /// <param name="threads">By worker: the capacity it was offered with or resized to last.</param>
    public static void Check(
        SchedulerReport report,
        IReadOnlyCollection<int> excludedByWaiters,
        IEnumerable<SlotLease> held,
        IReadOnlyCollection<SlotLease> forfeited,
        IReadOnlyDictionary<int, int> threads)
    {
        SchedulerSnapshot snapshot = report.Snapshot;
        Assert.Equal(excludedByWaiters.Count, snapshot.QueueLength);
        NoWaiterBesideASlotItMayTake(snapshot, excludedByWaiters);
        LeasesAreTheBusySlots(snapshot, held);
        ForfeitedSlotsAreNobodys(snapshot, forfeited, threads);
        GrantedLeasesAreAccountedFor(snapshot);
        EachIsMeasuredOnce(report);
    }

    private static void EachIsMeasuredOnce(SchedulerReport report)
    {
        AdmissionTotals totals = report.Snapshot.Totals;
        Assert.Equal(totals.Granted + totals.QueueFull + totals.WouldWaitTooLong + totals.WaitedTooLong + totals.ClientGone + totals.BootTimedOut + totals.Closed, report.Waits.Count);
        Assert.Equal(totals.Released + totals.Lost, report.Services.Count);
        Assert.Equal(report.Snapshot.Workers.Sum(static worker => worker.Busy), report.Held.Count);
        Assert.True(report.SlotTime.Held <= report.SlotTime.Offered, $"{report.SlotTime}");
    }

    private static void NoWaiterBesideASlotItMayTake(SchedulerSnapshot snapshot, IReadOnlyCollection<int> excludedByWaiters)
    {
        Assert.False(snapshot.IsClosed && excludedByWaiters.Count > 0, "closed, but someone waits");
        foreach (WorkerSlotsSnapshot worker in snapshot.Workers)
        {
            if (!snapshot.IsPaused && worker.State == WorkerSlotsState.Ready && worker.Busy < worker.Capacity)
            {
                foreach (int excluded in excludedByWaiters)
                {
                    Assert.True(excluded == worker.Id, $"worker {worker.Id} has a free slot, but someone waits");
                }
            }
        }
    }

    private static void LeasesAreTheBusySlots(SchedulerSnapshot snapshot, IEnumerable<SlotLease> held)
    {
        var slots = new HashSet<(int Worker, int Slot)>();
        Span<int> busy = stackalloc int[snapshot.Workers.Count];
        foreach (SlotLease lease in held)
        {
            for (int i = 0; i < busy.Length; i++)
            {
                if (snapshot.Workers[i].Id == lease.Worker && snapshot.Workers[i].Epoch == lease.Epoch)
                {
                    busy[i]++;
                    Assert.True(slots.Add((lease.Worker, lease.Slot)), $"{lease} is held twice");
                }
            }
        }

        for (int i = 0; i < busy.Length; i++)
        {
            Assert.Equal(busy[i], snapshot.Workers[i].Busy);
        }
    }

    private static void ForfeitedSlotsAreNobodys(
        SchedulerSnapshot snapshot, IReadOnlyCollection<SlotLease> forfeited, IReadOnlyDictionary<int, int> threads)
    {
        foreach (WorkerSlotsSnapshot worker in snapshot.Workers)
        {
            int stuck = forfeited.Count(lease => lease.Worker == worker.Id && lease.Epoch == worker.Epoch);
            int left = Math.Max(0, threads[worker.Id] - stuck);
            Assert.True(worker.Capacity == left, $"{worker}: {stuck} of {threads[worker.Id]} are forfeited");
        }
    }

    private static void GrantedLeasesAreAccountedFor(SchedulerSnapshot snapshot)
    {
        long busy = 0;
        foreach (WorkerSlotsSnapshot worker in snapshot.Workers)
        {
            busy += worker.Busy;
        }

        Assert.Equal(snapshot.Totals.Granted, snapshot.Totals.Released + snapshot.Totals.Lost + busy);
    }
}
