using ProxyGroups.Groups;
using ProxyGroups.Tests.Groups.StateTable;

namespace ProxyGroups.Tests.Groups.Simulation;

/// <summary>A machine with several groups, its clock, its caps and its arbiter of boots. One thing happens after the other; after each all invariants are checked.</summary>
internal sealed class Machine : IDisposable
{
    private const int BootPlaces = 2;
    private const int StoryLength = 60;

    private readonly SettableClock _time = new();
    private readonly Agenda _agenda = new();
    private readonly Pump _pump = new();
    private readonly SynchronizationContext? _outer = SynchronizationContext.Current;
    private readonly Queue<(TimeSpan At, string Group, GroupEvent Happened, IReadOnlyList<GroupAction> Started)> _story = new();
    private readonly long _origin;
    private int _pids;

    public Machine(int seed, int groups)
    {
        Random = new Random(seed);
        _origin = _time.GetTimestamp();
        Caps = new CapTurns(this, new CapsDraw(Random));
        Boots = new BootTurns(new BootArbiter(BootPlaces, _time), BootPlaces, this);
        SynchronizationContext.SetSynchronizationContext(_pump);
        Groups = [.. Enumerable.Range(0, groups).Select(number => new SimulatedGroup(this, number, number == 0 ? Weather.Fair : Weather.Draw(Random)))];
        Caps.Apply();
    }

    public Random Random { get; }

    public TimeProvider Time => _time;

    public TimeSpan Now => _time.GetElapsedTime(_origin);

    public CapTurns Caps { get; }

    public BootTurns Boots { get; }

    public IReadOnlyList<SimulatedGroup> Groups { get; }

    /// <summary>No new fault: what is broken stays broken.</summary>
    public bool IsCalm { get; set; }

    public bool HasSlept { get; private set; }

    /// <summary>The last steps of all loops, oldest first.</summary>
    public string Story => string.Join("\n", _story.Select(static step => $"{step.At.TotalSeconds:0.000} {step.Group} {step.Happened} => {string.Join(", ", step.Started.Select(TableCell.Words))}"));

    public bool Chance(double chance) => chance > 0 && !IsCalm && Random.NextDouble() < chance;

    public double Between(double least, double most) => least + ((most - least) * Random.NextDouble());

    public int NextPid() => ++_pids;

    public void After(double seconds, Action what) => _agenda.Plan(Now + TimeSpan.FromSeconds(seconds), what);

    public void At(TimeSpan at, Action what) => _agenda.Plan(at, what);

    /// <summary>The machine stands still, or was put to sleep: everything that was due meanwhile comes late.</summary>
    public void Sleep(double seconds)
    {
        HasSlept = true;
        Advance(Now + TimeSpan.FromSeconds(seconds));
        Caps.ForgetWaits();
    }

    /// <summary>Somebody sets the wall clock, far ahead or back: nothing that waits, and nothing that is measured, may notice.</summary>
    public void SetClock(double seconds) => _time.Ahead = TimeSpan.FromSeconds(seconds);

    /// <summary>Keeps what a group's loop has done, for the story of a failure.</summary>
    public void Note(string group, GroupEvent happened, IReadOnlyList<GroupAction> started)
    {
        _story.Enqueue((Now, group, happened, started));
        if (_story.Count > StoryLength)
        {
            _story.Dequeue();
        }
    }

    /// <summary>Lets one thing happen; false: nothing is due by then.</summary>
    public bool Step(TimeSpan until)
    {
        var isDue = _agenda.TryTake(until, out var at, out var what);
        Advance(at);
        if (isDue)
        {
            what();
        }

        Settle();
        foreach (var group in Groups)
        {
            group.Clients.Collect();
            group.Check();
        }

        Caps.Check();
        Boots.Check();
        return isDue;
    }

    /// <summary>What has been granted reaches whoever waited for it.</summary>
    public void Settle()
    {
        do
        {
            _pump.Run();
        }
        while (Boots.Follow() || Caps.Follow());
    }

    public void Dispose()
    {
        foreach (var group in Groups)
        {
            group.Dispose();
        }

        Caps.Dispose();
        SynchronizationContext.SetSynchronizationContext(_outer);
    }

    // The places that come free by time go to those who wait by then.
    private void Advance(TimeSpan at)
    {
        if (at > Now)
        {
            _time.Advance(at - Now);
        }

        Settle();
    }
}
