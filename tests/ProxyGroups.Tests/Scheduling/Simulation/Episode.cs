using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Scheduling;
using Xunit;

namespace ProxyGroups.Tests.Scheduling.Simulation;

/// <summary>One seeded run: the same random operations to the real scheduler and to the model, compared after each.</summary>
internal sealed class Episode : IDisposable
{
    private const int WorkerIds = 6;
    private const int LeasesRemembered = 8;

    private static readonly SchedulerLimits Start = new(8, TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(900));

    private readonly Random _random;
    private readonly FakeTimeProvider _time = new();
    private readonly long _origin;
    private readonly SlotScheduler _real;
    private readonly ModelScheduler _model = new(Start);
    private readonly List<(int Number, int Excluded, Ticket Ticket)> _waiting = [];
    private readonly List<(int Number, SlotLease Lease)> _held = [];
    private readonly Queue<(int Number, SlotLease Lease)> _ended = [];
    private readonly List<SlotLease> _forfeited = [];
    private readonly Dictionary<int, int> _threads = [];
    private readonly List<(int Worker, int Epoch)> _drained = [];
    private int _starvations;
    private int _tickets;
    private int _releaseWeight = 30;

    public Episode(int seed)
    {
        _random = new Random(seed);
        _origin = _time.GetTimestamp();
        _real = new SlotScheduler(Start, _time)
        {
            WorkerDrained = (worker, epoch) => _drained.Add((worker, epoch)),
            Starved = () => _starvations++,
        };
    }

    public string LastOperation { get; private set; } = "none";

    public void Run(int operations)
    {
        for (int i = 0; i < operations; i++)
        {
            // Calm and overload take turns, so that the queue is empty, short, full, and refused by the estimate.
            _releaseWeight = i % 500 == 0 ? _random.Next(10, 60) : _releaseWeight;
            Step();
            Collect();
            Compare();
        }
    }

    public void Dispose()
    {
        _real.Dispose();
        _waiting.ForEach(waiter => waiter.Ticket.Dispose());
    }

    private void Step()
    {
        int dice = _random.Next(_releaseWeight + 72);
        switch (dice)
        {
            case < 35: Acquire(); break;
            case < 39: HangUp(); break;
            case < 50: Advance(); break;
            case < 54: Offer(); break;
            case < 60: ChangeWorker(); break;
            case < 62: ChangeQueue(); break;
            case < 64: EndAgain(); break;
            case < 66: Forfeit(); break;
            default: Release(); break;
        }
    }

    private void Acquire()
    {
        int number = _tickets++;
        int excluded = _random.Next(5) == 0 ? _random.Next(1, WorkerIds + 1) : 0;
        bool isRetry = excluded != 0 || _random.Next(6) == 0;
        long enqueuedAt = _random.Next(8) == 0 ? Math.Max(0, _model.Now - _random.Next(600)) : _model.Now;
        SlotKind kind = _random.Next(12) == 0 ? SlotKind.Upgraded : SlotKind.Thread;
        bool gone = _random.Next(30) == 0;
        LastOperation = $"acquire {number} excluding {excluded} retry {isRetry} at {enqueuedAt} {kind} gone {gone}";

        var client = new CancellationTokenSource();
        if (gone)
        {
            client.Cancel();
        }

        // An excluded worker alone makes it a retry as well.
        bool saysRetry = isRetry && (excluded == 0 || _random.Next(2) == 0);
        var request = new SlotRequest(enqueuedAt == _model.Now ? 0 : Stamp(enqueuedAt), excluded, Kind: kind, IsRetry: saysRetry);
        _waiting.Add((number, excluded, new Ticket(_real.AcquireAsync(in request, client.Token), client)));
        _model.Acquire(number, excluded, isRetry, enqueuedAt, kind, gone);
    }

    private long Stamp(long milliseconds) => _origin + (milliseconds * _time.TimestampFrequency / 1000);

    private void Release()
    {
        if (TryEndOne(out int number, out SlotLease lease))
        {
            LastOperation = $"release {number} {lease}";
            _real.Release(lease);
            _model.Release(number);
        }
    }

    private void Forfeit()
    {
        if (TryEndOne(out int number, out SlotLease lease))
        {
            LastOperation = $"forfeit {number} {lease}";
            _forfeited.Add(lease);
            _real.Forfeit(lease);
            _model.Forfeit(number);
        }
    }

    private bool TryEndOne(out int number, out SlotLease lease)
    {
        (number, lease) = _held.Count == 0 ? default : _held[_random.Next(_held.Count)];
        if (_held.Remove((number, lease)))
        {
            Remember(number, lease);
            return true;
        }

        return false;
    }

    private void Remember(int number, SlotLease lease)
    {
        _ended.Enqueue((number, lease));
        if (_ended.Count > LeasesRemembered)
        {
            _ended.Dequeue();
        }
    }

    /// <summary>However a lease ended, neither word for it has any effect afterwards.</summary>
    private void EndAgain()
    {
        if (_ended.TryDequeue(out (int Number, SlotLease Lease) ended))
        {
            bool forfeits = _random.Next(2) == 0;
            LastOperation = $"{(forfeits ? "forfeit" : "release")} again {ended.Number} {ended.Lease}";
            Action<SlotLease> end = forfeits ? _real.Forfeit : _real.Release;
            end(ended.Lease);
        }
    }

    private void HangUp()
    {
        if (_waiting.Count > 0)
        {
            (int number, _, Ticket ticket) = _waiting[_random.Next(_waiting.Count)];
            LastOperation = $"hang up {number}";
            ticket.HangUp();
            _model.Cancel(number);
        }
    }

    private void Advance()
    {
        int milliseconds = _random.Next(1, _random.Next(4) == 0 ? 500 : 60);
        LastOperation = $"advance {milliseconds}";
        _model.Advance(milliseconds);
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
    }

    private void Offer()
    {
        (int id, int generation, int capacity) = (_random.Next(1, WorkerIds + 1), _random.Next(3), _random.Next(5));
        LastOperation = $"offer {id} generation {generation} capacity {capacity}";
        _threads[id] = capacity;
        Assert.Equal(_model.Offer(id, id % 4, generation, capacity), _real.Offer(id, id % 4, generation, capacity));
    }

    private void ChangeWorker()
    {
        int id = _random.Next(1, WorkerIds + 1);
        int epoch = (_model.Find(id)?.Epoch ?? 1) - (_random.Next(4) == 0 ? 1 : 0);
        int capacity = _random.Next(6);
        int what = _random.Next(5);
        LastOperation = $"worker {id} epoch {epoch} change {what} capacity {capacity}";
        switch (what)
        {
            case 0: _real.Suspect(id, epoch); _model.Suspect(id, epoch); break;
            case 1: _real.Restore(id, epoch); _model.Restore(id, epoch); break;
            case 2: _real.Drain(id); _model.Drain(id); break;
            case 3: _threads[id] = capacity; _real.Resize(id, capacity); _model.Resize(id, capacity); break;
            default: _real.Remove(id); _model.Remove(id); break;
        }
    }

    private void ChangeQueue()
    {
        int what = _random.Next(12);
        LastOperation = $"queue {what}";
        switch (what)
        {
            case 0: _real.Pause(); _model.SetPaused(true); break;
            case < 4: _real.Resume(); _model.SetPaused(false); break;
            case 4: _real.Close(TimeSpan.FromSeconds(3)); _model.Close(3); break;
            case < 9: _real.Open(); _model.Open(); break;
            default: Configure(); break;
        }
    }

    private void Configure()
    {
        var limits = new SchedulerLimits(
            _random.Next(12), TimeSpan.FromMilliseconds(_random.Next(800)), TimeSpan.FromMilliseconds(_random.Next(1, 2000)));
        LastOperation = $"configure {limits}";
        _real.Configure(limits);
        _model.Configure(limits);
    }

    /// <summary>Takes in what was decided and holds it against the model.</summary>
    private void Collect()
    {
        for (int i = _waiting.Count - 1; i >= 0; i--)
        {
            (int number, _, Ticket ticket) = _waiting[i];
            bool decided = _model.Decided.Remove(number, out ModelOutcome expected);
            Assert.True(decided || ticket.IsWaiting, $"{number} waits in the model only");
            Assert.True(!decided || !ticket.IsWaiting, $"{number} waits, the model says {expected}");
            if (!ticket.IsWaiting)
            {
                AdmissionResult result = ticket.Result;
                Assert.Equal(expected, Outcome(result));
                _waiting.RemoveAt(i);
                ticket.Dispose();
                Hold(number, result);
            }
        }
    }

    private static ModelOutcome Outcome(AdmissionResult result) => new(
        result.Outcome,
        result.Lease.Worker,
        result.Lease.Epoch,
        (long)result.Waited.TotalMilliseconds,
        result.RetryAfter.TotalSeconds);

    private void Hold(int number, AdmissionResult result)
    {
        if (result.IsGranted)
        {
            Assert.True(result.Lease.Slot < _model.Find(result.Lease.Worker)!.Capacity);
            _held.Add((number, result.Lease));
        }
    }

    private void Compare()
    {
        ForgetLostLeases();
        SchedulerReport report = _real.Report();
        SchedulerSnapshot snapshot = report.Snapshot;
        InvariantChecker.Check(
            report, [.. _waiting.Select(waiter => waiter.Excluded)], _held.Select(held => held.Lease), _forfeited, _threads);

        Assert.Equal(_model.Workers.Count, snapshot.Workers.Count);
        for (int i = 0; i < snapshot.Workers.Count; i++)
        {
            Assert.Equal(_model.Workers[i].Snapshot, snapshot.Workers[i] with { IdleFor = TimeSpan.Zero });
        }

        Assert.Equal(_model.QueueLength, snapshot.QueueLength);
        Assert.Equal(_model.OldestWait, snapshot.OldestWait.TotalMilliseconds);
        Assert.Equal((_model.IsBooting, _model.IsPaused, _model.IsClosed), (snapshot.IsBooting, snapshot.IsPaused, snapshot.IsClosed));
        Assert.Equal(_model.Starvations, _starvations);
        Assert.Equal(_model.Drained.Count, _drained.Count);
        Assert.True(_drained.Count == 0 || _drained[^1] == _model.Drained[^1]);
    }

    private void ForgetLostLeases()
    {
        _forfeited.RemoveAll(lease => _model.Find(lease.Worker)?.Epoch != lease.Epoch);
        for (int i = _held.Count - 1; i >= 0; i--)
        {
            if (_model.Find(_held[i].Lease.Worker)?.Epoch != _held[i].Lease.Epoch)
            {
                Remember(_held[i].Number, _held[i].Lease);
                _held.RemoveAt(i);
            }
        }
    }
}
