using Microsoft.Extensions.Logging.Abstractions;
using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Groups.Caps;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups.Simulation;

/// <summary>The machine's arbiter of caps, watched: nobody gets in above a cap, no room stays empty beside who needs it, and no group waits long for what others have too much.</summary>
internal sealed class CapTurns(Machine machine, CapsDraw draw) : IDisposable
{
    // Each of two others may first have its turn: patience, a boot that hangs, a drain, a stop, a process that lingers.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    private readonly CapArbiter _arbiter = new(machine.Time, NullLogger.Instance);
    private readonly Dictionary<SimulatedGroup, TimeSpan> _lacking = [];
    private ProxyGroupsSettings _settings = new();

    /// <summary>The settings of groups have changed, and with them the caps: they have room for what always runs.</summary>
    public void Apply()
    {
        _settings = draw.For(machine.Groups);
        _arbiter.Apply(_settings);
    }

    public Task<CapRoom> Claim(SimulatedGroup group, WorkerIdentity worker, CancellationToken cancellation) =>
        _arbiter.ClaimAsync(group, worker, isLacking => group.Post(new GroupEvent.RoomChanged(worker.Id, isLacking)), cancellation);

    /// <summary>Lets one worker go on that got room or gave up; false: there is none.</summary>
    public bool Follow()
    {
        if (Workers.FirstOrDefault(static worker => worker.IsRoomDecided) is not { } decided)
        {
            return false;
        }

        if (decided.HasRoom)
        {
            NobodyIsAbove(Caps.Where(cap => cap.Groups.Exists(group => group.Name == decided.Identity.Group)));
        }

        decided.Enter();
        return true;
    }

    /// <summary>After anything that happened on the machine.</summary>
    public void Check()
    {
        NoRoomStaysEmpty();
        foreach (var group in machine.Groups)
        {
            IsNotStarved(group);
        }
    }

    /// <summary>The machine stood still: that was nobody's fault.</summary>
    public void ForgetWaits() => _lacking.Clear();

    /// <summary>No more runs than the caps allow, though they may have been lowered since it started.</summary>
    public bool AreKept() => Caps.All(static cap => !(cap.Held.Count > cap.Processes) && !(cap.Held.Sum(static worker => worker.Bytes) > cap.Memory));

    /// <summary>Every room has come back.</summary>
    public void CheckAllAreFree()
    {
        var one = new ProcessGroupSettings { Processes = 1 };
        _arbiter.Apply(new ProxyGroupsSettings { MaxProcesses = machine.Groups.Count, ProcessGroups = machine.Groups.ToDictionary(static group => group.Name, _ => one) });
        var claims = machine.Groups.Select((group, number) => Claim(group, new WorkerIdentity(group.Name, number, 0, 1), CancellationToken.None)).ToList();
        machine.Settle();
        Assert.All(claims, static claim => Assert.True(claim.IsCompletedSuccessfully, "room below the caps was lost"));
    }

    public void Dispose() => _arbiter.Dispose();

    private IEnumerable<SimulatedWorker> Workers => machine.Groups.SelectMany(static group => group.Workers);

    private IEnumerable<WatchedCap> Caps
    {
        get
        {
            var companions = machine.Groups.Where(group => _settings.ProcessGroups[group.Name].ApplicationGroup is not null).ToList();
            var parent = _settings.ApplicationGroups[CapsDraw.Parent];
            yield return new("the application group", parent.MaxProcesses, parent.MaxMemory, companions);
            yield return new("the machine", _settings.MaxProcesses, _settings.MaxMemory, [.. machine.Groups]);
        }
    }

    private static void NobodyIsAbove(IEnumerable<WatchedCap> caps)
    {
        foreach (var cap in caps)
        {
            Assert.True(!(cap.Held.Count > cap.Processes), $"{cap.Held.Count} workers of {cap.Processes} that {cap.Owner} may have");
            var memory = cap.Groups.Sum(MemoryOf);
            Assert.True(cap.Held.Count == 1 || !(memory > cap.Memory), $"{memory >> 20} MiB of the {cap.Memory >> 20} that {cap.Owner} may have");
        }
    }

    // Who has not been measured is as large as the largest of its group, if that is known.
    private static long MemoryOf(SimulatedGroup group)
    {
        var held = group.Workers.Where(static worker => worker.HasRoom).ToList();
        var largest = held.Max(static worker => worker.MeasuredBytes) ?? 0;
        return held.Sum(worker => worker.MeasuredBytes ?? largest);
    }

    // Where several wait, one may rightly wait for what is kept for another.
    private void NoRoomStaysEmpty()
    {
        var waiting = machine.Groups.SelectMany(static group => group.Workers, static (group, worker) => (Group: group, Worker: worker)).Where(static pair => pair.Worker.WaitsForRoom).ToList();
        if (waiting.Count == 1 && Caps.All(static cap => cap.Memory is null))
        {
            Assert.True(Caps.Any(cap => cap.Groups.Contains(waiting[0].Group) && IsFull(cap.Processes, cap.Groups, waiting[0].Group)), $"{waiting[0].Worker.Identity} waits beside free room");
        }
    }

    private static bool IsFull(int? most, List<SimulatedGroup> groups, SimulatedGroup wishing)
    {
        var held = groups.Sum(Held);
        var kept = Held(wishing) < wishing.Settings.Processes ? 0 : groups.Sum(static group => Math.Max(0, group.Settings.Processes - Held(group)));
        return held + kept >= most;
    }

    private static int Held(SimulatedGroup group) => group.Workers.Count(static worker => worker.HasRoom);

    private void IsNotStarved(SimulatedGroup group)
    {
        var held = Held(group);
        if (!group.Workers.Any(static worker => worker.WaitsForRoom) || (held > 0 && held >= group.Settings.Processes))
        {
            _lacking.Remove(group);
        }
        else if (_lacking.TryAdd(group, machine.Now) || machine.Now - _lacking[group] < LongestWait)
        {
            return;
        }
        else
        {
            Assert.Fail($"{group.Name} has {held} workers and found no room for one more since {_lacking[group]}");
        }
    }

    private sealed record WatchedCap(string Owner, int? Processes, long? Memory, List<SimulatedGroup> Groups)
    {
        public List<SimulatedWorker> Held => [.. Groups.SelectMany(static group => group.Workers).Where(static worker => worker.HasRoom)];
    }
}
