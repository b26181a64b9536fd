using Microsoft.Extensions.Logging;
using ProxyGroups.Configuration;
using ProxyGroups.Supervision;

namespace ProxyGroups.Groups.Caps;

/// <summary>
/// One per front door: no worker starts before it has room below the caps of the machine and of its application group. Thread-safe.
/// What is decided is decided by <see cref="CapPlan"/> and <see cref="YieldPlan"/>.
/// </summary>
internal sealed class CapArbiter : IDisposable
{
    /// <summary>While workers wait: a worker that becomes idle does not report it.</summary>
    internal static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>A group that has not followed by then did not want to: another one is asked.</summary>
    private static readonly TimeSpan AskTime = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly List<CapRoom> _rooms = [];
    private readonly SizeBook _sizes = new();
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly ITimer _timer;
    private readonly ShortageBoard _shortages;
    private ProxyGroupsSettings _settings = new();
    private Dictionary<string, CapGroup> _groups = CapGroup.Read(new());

    public CapArbiter(TimeProvider time, ILogger logger)
    {
        _time = time;
        _origin = time.GetTimestamp();
        _shortages = new ShortageBoard(logger);
        _timer = time.CreateTimer(_ => Settle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes over caps and groups; they hold for the workers that run too.</summary>
    public void Apply(ProxyGroupsSettings settings)
    {
        lock (_gate)
        {
            (_settings, _groups) = (settings, CapGroup.Read(settings));
            _rooms.ForEach(Know);
            _rooms.ForEach(Measure);
        }

        Settle();
    }

    /// <summary>Waits for room. Dispose of it when the worker is gone.</summary>
    /// <param name="lacks">Told true when there is none, false when there is again or will be.</param>
    /// <exception cref="OperationCanceledException">The worker is not wanted any more.</exception>
    public async Task<CapRoom> ClaimAsync(ICapMember member, WorkerIdentity worker, Action<bool> lacks, CancellationToken cancellationToken)
    {
        CapRoom room;
        lock (_gate)
        {
            room = new CapRoom(this, member, new CapWorker(worker.Id, worker.Group, worker.Rank, Now), lacks);
            _rooms.Add(room);
            Know(room);
        }

        await using var registration = cancellationToken.UnsafeRegister(_ => Withdraw(room, cancellationToken), null);
        Settle();
        await room.Granted;
        return room;
    }

    /// <summary>Counts the memory of a preloader, which waits for no room: without it its workers would need more. Dispose of it when it is gone.</summary>
    public IDisposable Count(string owner, int id, Func<Action<long>, IDisposable> measure)
    {
        lock (_gate)
        {
            var room = Hold(PreloaderProcess.NameOf(owner), owner, id, memory: 0);
            room.Measure(measure);
            Measure(room);
            return room;
        }
    }

    /// <summary>Counts what a trial for the preloader of an application group may use at most. Dispose of it when it is gone.</summary>
    /// <param name="part">Of the bytes that are free below all caps, those that wait for room served; null: nothing bounds them.</param>
    public IDisposable Reserve(string owner, int id, Func<long?, long> part)
    {
        lock (_gate)
        {
            var bounded = CapGroup.OfPreloader(owner, _settings, _groups);
            var ledger = new CapLedger(_groups).Add(_sizes.Estimate(_groups, [.. _rooms.Select(AsSeen)]));
            return Hold(TrialRoom.NameOf(owner), owner, id, part(bounded.Caps.Min(ledger.RoomOf)));
        }
    }

    /// <summary>Why a group does not get all the workers that it wants, for people; null: it does.</summary>
    public string? ShortageOf(string group)
    {
        lock (_gate)
        {
            return _shortages.Find(group);
        }
    }

    public void Dispose() => _timer.Dispose();

    internal void NoteReady(CapRoom room, Func<Action<long>, IDisposable> measure)
    {
        lock (_gate)
        {
            room.Worker = room.Worker with { ReadySince = Now };
            room.Measure(measure);
            Measure(room);
        }
    }

    internal void NoteMemory(CapRoom room, long bytes)
    {
        lock (_gate)
        {
            room.Worker = room.Worker with { Memory = bytes };
            if (room.Worker.Preloads is null)
            {
                _sizes.Note(room.Worker.Group, bytes);
            }
        }

        Settle();
    }

    internal void NoteLeaving(CapRoom room, bool makesRoom)
    {
        lock (_gate)
        {
            room.HasYielded |= makesRoom;
            room.Worker = room.Worker with { Stage = CapStage.Leaving };
            NameHeir(room);
        }

        Settle();
    }

    internal void Release(CapRoom room)
    {
        lock (_gate)
        {
            room.Measure(isWanted: false);
            _rooms.Remove(room);
            NameHeir(room);
        }

        Settle();
    }

    private TimeSpan Now => _time.GetElapsedTime(_origin);

    private CapRoom Hold(string name, string owner, int id, long memory)
    {
        var room = new CapRoom(this, Fixture.Shared, new CapWorker(id, name, 0, Now) { Preloads = owner, Stage = CapStage.Held, ReadySince = Now, Memory = memory }, static _ => { });
        _rooms.Add(room);
        Know(room);
        return room;
    }

    // A group that was removed has workers for a while.
    private void Know(CapRoom room) => _groups.TryAdd(
        room.Worker.Group, room.Worker.Preloads is { } owner ? CapGroup.OfPreloader(owner, _settings, _groups) with { Name = room.Worker.Group } : CapGroup.Unlisted(room.Worker.Group, _settings));

    private void Measure(CapRoom room) => room.Measure(_groups[room.Worker.Group].CountsMemory);

    private void Withdraw(CapRoom room, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!room.IsWaiting)
            {
                return;
            }

            _rooms.Remove(room);
            room.Cancel(cancellationToken);
        }

        Settle();
    }

    // Whoever makes room for another group leaves nothing to its own.
    private void NameHeir(CapRoom leaving)
    {
        if (leaving.HasYielded)
        {
            return;
        }

        foreach (var heir in _rooms.Where(room => room.IsWaiting && room.Worker.IsPeerOf(leaving.Worker)))
        {
            heir.Worker = heir.Worker with { IsHeir = true };
        }
    }

    private void Settle()
    {
        lock (_gate)
        {
            var bounded = _rooms.FindAll(IsBounded);
            foreach (var free in _rooms.Where(room => room.IsWaiting && !IsBounded(room)))
            {
                free.Grant();
            }

            // At each start and end of a worker, and of many workers at once where there are many apps: no cap costs nothing.
            if (bounded.Count == 0 && _shortages.IsEmpty)
            {
                return;
            }

            var seen = _sizes.Estimate(_groups, [.. bounded.Select(AsSeen)]);
            var decision = CapPlan.Decide(_groups, seen);
            var byId = bounded.ToDictionary(static room => room.Worker.Id);
            foreach (var granted in decision.Granted)
            {
                byId[granted.Id].Grant();
            }

            var refused = decision.Refused.Select(static refusal => refusal.Worker.Id).ToHashSet();
            foreach (var room in bounded.Where(static room => room.IsWaiting))
            {
                room.Tell(refused.Contains(room.Worker.Id));
            }

            _shortages.Show(decision);
            var isOver = decision.Soon.Caps.Any(cap => decision.Soon.OverOf(cap) is not null);
            if (isOver || refused.Count > 0)
            {
                AskForRoom(decision, seen, byId);
            }

            _timer.Change(isOver || bounded.Exists(static room => room.IsWaiting) ? LookInterval : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    // Who has no cap above it waits for nothing, and concerns nobody.
    private bool IsBounded(CapRoom room) => _groups[room.Worker.Group].Caps.Count > 0;

    // Whoever was asked to go is as good as going, for a while.
    private CapWorker AsSeen(CapRoom room) => room.IsWaiting ? room.Worker with { IsPressed = room.Member.HasWaiting }
        : room.Worker.Stage == CapStage.Held && Now - room.AskedAt < AskTime ? room.Worker with { Stage = CapStage.Leaving }
        : room.Worker;

    private void AskForRoom(CapDecision decision, IEnumerable<CapWorker> seen, Dictionary<int, CapRoom> rooms)
    {
        foreach (var yield in YieldPlan.Choose(decision, FindOffers(seen.ToDictionary(static worker => worker.Id)), Now))
        {
            var room = rooms[yield.Offer.Worker.Id];
            room.AskedAt = Now;
            _shortages.Announce(yield);
            room.Member.AskToYield(room.Worker.Id);
        }
    }

    private IEnumerable<YieldOffer> FindOffers(Dictionary<int, CapWorker> seen)
    {
        foreach (var member in _rooms.Select(static room => room.Member).Distinct())
        {
            if (member.FindSpare() is { } spare && seen.TryGetValue(spare.Id, out var worker) && worker.Stage == CapStage.Held)
            {
                yield return new YieldOffer(worker, spare.IdleFor);
            }
        }
    }

    private sealed class Fixture : ICapMember
    {
        public static readonly Fixture Shared = new();

        public bool HasWaiting => false;

        public SpareWorker? FindSpare() => null;

        public void AskToYield(int worker)
        {
        }
    }
}
