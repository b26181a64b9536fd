using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Scheduling;

namespace ProxyGroups.Tests.Scheduling;

/// <summary>A scheduler on a fake clock, a queue of 100, 5 s of wait, 60 s of boot.</summary>
public abstract class SchedulerTest : IDisposable
{
    internal static readonly SchedulerLimits Limits = new(100, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60));
    private readonly List<CancellationTokenSource> _clients = [];

    protected SchedulerTest()
    {
        Scheduler = new SlotScheduler(Limits, Time)
        {
            Starved = () => Starvations++,
            Queued = () => Queued++,
            WorkerSpent = (worker, _) => Spent.Add(worker),
            WorkerDrained = (worker, epoch) => Drained.Add((worker, epoch)),
        };
    }

    internal FakeTimeProvider Time { get; } = new();

    internal SlotScheduler Scheduler { get; }

    internal List<(int Worker, int Epoch)> Drained { get; } = [];

    internal List<int> Spent { get; } = [];

    internal int Starvations { get; private set; }

    internal int Queued { get; private set; }

    internal int QueueLength => Scheduler.Snapshot().QueueLength;

    internal Ticket Acquire(int excluded = 0, long enqueuedAt = 0, SlotKind kind = SlotKind.Thread)
    {
        var client = new CancellationTokenSource();
        _clients.Add(client);
        var request = new SlotRequest(enqueuedAt, excluded, Kind: kind);
        return new Ticket(Scheduler.AcquireAsync(in request, client.Token), client);
    }

    internal Ticket[] AcquireAll(params int[] excluded) => [.. excluded.Select(worker => Acquire(worker))];

    internal void Release(Ticket ticket) => Scheduler.Release(ticket.Lease);

    internal void Advance(double seconds) => Time.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Ends enough leases of this length for the estimate to be trusted. Needs a free slot.</summary>
    internal void Serve(double seconds, int leases = 16)
    {
        for (int i = 0; i < leases; i++)
        {
            Ticket ticket = Acquire();
            Advance(seconds);
            Release(ticket);
        }
    }

    public void Dispose()
    {
        Scheduler.Dispose();
        _clients.ForEach(client => client.Dispose());
        GC.SuppressFinalize(this);
    }
}
