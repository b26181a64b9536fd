using System.Diagnostics.CodeAnalysis;
using ProxyGroups.Groups;
using ProxyGroups.Groups.Caps;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups.Simulation;

/// <summary>One worker from the decision to spawn it until it is gone, with its process: reports the facts that a real one reports, in their order.</summary>
internal sealed class SimulatedWorker(SimulatedGroup group, Machine machine, WorkerIdentity identity) : IDisposable
{
    private readonly CancellationTokenSource _unwanted = new();
    private readonly Weather _weather = group.Weather;
    private readonly TimeSpan? _watchdog = group.Settings.Timeouts.Watchdog;
    private readonly double _share = machine.Between(0.5, 1);
    private Task<CapRoom>? _roomClaim;
    private CapRoom? _room;
    private Task<IDisposable>? _claim;
    private IDisposable? _place;
    private bool _isLaunched;
    private TimeSpan _launchedAt;
    private bool _isEndWanted;
    private bool _isReady;
    private TimeSpan? _hungSince;
    private string? _memoryKill;

    public WorkerIdentity Identity => identity;

    public int Threads { get; set; }

    /// <summary>Slots that requests took with them.</summary>
    public int Forfeited { get; set; }

    public int Pid { get; private set; }

    /// <summary>Its process exists.</summary>
    public bool IsAlive { get; private set; }

    /// <summary>It has reported its end.</summary>
    public bool IsGone { get; private set; }

    public bool IsHung => _hungSince is not null;

    /// <summary>It does not listen any more.</summary>
    public bool IsDeaf { get; private set; }

    /// <summary>Workers of a group differ.</summary>
    public long Bytes => (long)(_share * group.LargestWorker);

    /// <summary>Null: the caps do not know it.</summary>
    public long? MeasuredBytes { get; private set; }

    public bool IsRoomDecided => _roomClaim is { IsCompleted: true };

    public bool WaitsForRoom => _roomClaim is { IsCompleted: false };

    /// <summary>It counts below the caps.</summary>
    public bool HasRoom => !IsGone && (_room is not null || _roomClaim is { IsCompletedSuccessfully: true });

    /// <summary>For its room below the caps, or for its place to boot.</summary>
    public bool IsWaiting => _roomClaim is not null || _claim is not null;

    public bool IsPlaceDecided => _claim is { IsCompleted: true };

    public bool IsPlaceGranted => _claim is { IsCompletedSuccessfully: true };

    public bool HasPlace => _place is not null;

    /// <summary>Of its group, when it began to wait for its place.</summary>
    public TimeSpan? LastBoot { get; private set; }

    public TimeSpan Silence => _hungSince is { } since ? machine.Now - since : TimeSpan.Zero;

    public void Begin() => _roomClaim = machine.Caps.Claim(group, identity, _unwanted.Token);

    /// <summary>Goes on with its room, or without any since it is not wanted any more.</summary>
    [SuppressMessage("Usage", "VSTHRD002", Justification = "It is completed.")]
    public void Enter()
    {
        var claim = _roomClaim!;
        _roomClaim = null;
        if (claim.IsCompletedSuccessfully)
        {
            _room = claim.Result;
            LastBoot = group.LastBoot.Took;
            _claim = machine.Boots.Claim(this, _unwanted.Token);
        }
        else
        {
            Report(new WorkerEvent.Exited(identity, WorkerExit.NeverStarted, []));
        }
    }

    public void Leave(WorkerReason reason)
    {
        if (reason == WorkerReason.MadeRoom)
        {
            _room?.Yield();
        }
        else
        {
            _room?.Leave();
        }
    }

    /// <summary>Goes on with its place; false: it is not wanted any more.</summary>
    [SuppressMessage("Usage", "VSTHRD002", Justification = "It is completed.")]
    public bool TryBoot()
    {
        var claim = _claim!;
        _claim = null;
        _place = claim.IsCompletedSuccessfully ? claim.Result : null;
        if (_place is null || _unwanted.IsCancellationRequested)
        {
            Report(new WorkerEvent.Exited(identity, WorkerExit.NeverStarted, []));
            return false;
        }

        _isLaunched = true;
        _launchedAt = machine.Now;
        group.Post(new GroupEvent.BootGranted(identity.Id));
        machine.After(machine.Between(0.001, 0.02), Spawn);
        return true;
    }

    public void Stop()
    {
        _room?.Leave();
        _unwanted.Cancel();
        _isEndWanted = true;
        if (IsAlive && !IsHung && !machine.Chance(_weather.IgnoresStop))
        {
            machine.After(machine.Between(0, 2), () => Die(0));
        }
    }

    public void Kill()
    {
        _room?.Leave();
        _unwanted.Cancel();
        _isEndWanted = true;
        if (IsAlive)
        {
            machine.After(machine.Chance(_weather.Lingers) ? machine.Between(1, 90) : 0.01, () => Die(137));
        }
    }

    public void FailStart()
    {
        if (_isLaunched)
        {
            Report(StartFailure("the startup timeout passed"));
        }
    }

    public void Dispose() => _unwanted.Dispose();

    private void Spawn()
    {
        if (machine.Chance(_weather.NoProcess))
        {
            Report(StartFailure("Resource temporarily unavailable"));
            Report(new WorkerEvent.Exited(identity, WorkerExit.NeverStarted, []));
            return;
        }

        Pid = machine.NextPid();
        IsAlive = true;
        Report(new WorkerEvent.Spawned(identity, Pid));
        if (_isEndWanted)
        {
            Kill();
        }
        else if (machine.Chance(_weather.DiesInBoot))
        {
            machine.After(machine.Between(0, 3), () => Die(1));
        }
        else if (!machine.Chance(_weather.HangsInBoot))
        {
            machine.After(machine.Chance(_weather.Slow) ? machine.Between(5, 40) : machine.Between(0.05, 2), BecomeReady);
        }
    }

    private void BecomeReady()
    {
        if (!IsAlive)
        {
            return;
        }

        _isReady = true;
        _room!.Ready(Measure);
        group.LastBoot.NoteReady(machine.Now - _launchedAt);
        Report(new WorkerEvent.Ready(identity, _watchdog));
        if (machine.Chance(_weather.DiesAtOnce))
        {
            machine.After(machine.Between(0, 0.3), () => Die(1));
        }
        else if (machine.Chance(_weather.Dies))
        {
            machine.After(machine.Between(0, 60), Crash);
        }
        else if (machine.Chance(_weather.Hangs))
        {
            machine.After(machine.Between(0, 60), () => _hungSince = machine.Now);
        }
        else if (machine.Chance(_weather.FallsDeaf))
        {
            machine.After(machine.Random.Next(2) == 0 ? 0 : machine.Between(0, 60), () => IsDeaf = true);
        }
    }

    private CancellationTokenSource Measure(Action<long> sampled)
    {
        var watch = new CancellationTokenSource();
        machine.After(machine.Between(0, 10), () =>
        {
            if (!watch.IsCancellationRequested && !IsGone)
            {
                MeasuredBytes = Bytes;
                sampled(Bytes);
            }
        });
        return watch;
    }

    private void Crash()
    {
        if (!machine.IsCalm)
        {
            _memoryKill = machine.Random.Next(2) == 0 ? "killed by the kernel" : null;
            Die(137);
        }
    }

    // Its requests see it at once or a little later, and so does the group: either may be first.
    private void Die(int code)
    {
        if (IsAlive)
        {
            IsAlive = false;
            group.Clients.BreakOff(this);
            machine.After(machine.Between(0, 0.06), () => ReportEnd(code));
        }
    }

    private void ReportEnd(int code)
    {
        if (!_isReady && !_isEndWanted)
        {
            Report(StartFailure("it ended"));
        }

        Report(new WorkerEvent.Exited(identity, new WorkerExit(code, _memoryKill), []));
    }

    private WorkerEvent.StartFailed StartFailure(string cause) => new(identity, new SpawnFailure(SpawnStep.Launch, cause, [], "mend it", TimeSpan.Zero));

    private void Report(WorkerEvent fact)
    {
        if (fact is not WorkerEvent.Spawned)
        {
            _place?.Dispose();
            _place = null;
        }

        if (fact is WorkerEvent.Exited)
        {
            IsGone = true;
            _room?.Dispose();
        }
        else if (fact is WorkerEvent.StartFailed)
        {
            group.LastBoot.NoteFailure();
        }

        group.Post(new GroupEvent.WorkerReported(fact));
    }
}
