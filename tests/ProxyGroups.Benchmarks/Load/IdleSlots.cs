namespace ProxyGroups.Benchmarks.Load;

/// <summary>Time in which some of k slots were free, from when each request got its slot and gave it back.</summary>
internal sealed class IdleSlots
{
    private readonly List<TimeSpan> _times = [TimeSpan.Zero];
    private readonly List<TimeSpan> _idle = [TimeSpan.Zero];
    private readonly List<bool> _isIdle = [true];

    /// <param name="held">From when until when each request held a slot.</param>
    /// <param name="slots">k.</param>
    public IdleSlots(IEnumerable<(TimeSpan From, TimeSpan To)> held, int slots)
    {
        var busy = 0;
        foreach (var (at, change) in held.SelectMany(static one => new[] { (At: one.From, Change: 1), (At: one.To, Change: -1) }).OrderBy(static step => step.At).ThenBy(static step => step.Change))
        {
            _idle.Add(Until(at));
            _times.Add(at);
            _isIdle.Add((busy += change) < slots);
        }
    }

    /// <summary>How long, within this time, a slot was free.</summary>
    public TimeSpan Within(TimeSpan from, TimeSpan to) => Until(to) - Until(from);

    private TimeSpan Until(TimeSpan at)
    {
        var index = _times.BinarySearch(at);
        var last = index >= 0 ? index : ~index - 1;
        return _idle[last] + (_isIdle[last] ? at - _times[last] : TimeSpan.Zero);
    }
}
