using ProxyGroups.Scheduling;

namespace ProxyGroups.Groups;

/// <summary>Where a group's slot time stood of late, so that its utilisation is known for the last minutes, whoever looks and when. Thread-safe.</summary>
internal sealed class UtilisationMarks
{
    /// <summary>From mark to mark: so much longer than a minute the last minute may be.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private const int OfOneMinute = 4;
    private const int OfFifteenMinutes = 60;

    private readonly Lock _gate = new();
    private readonly Queue<SlotTotals> _marks = new(OfFifteenMinutes);

    public UtilisationMarks() => _marks.Enqueue(default);

    /// <summary>To be called each <see cref="Interval"/>.</summary>
    public void Add(SlotTotals now)
    {
        lock (_gate)
        {
            if (_marks.Count == OfFifteenMinutes)
            {
                _marks.Dequeue();
            }

            _marks.Enqueue(now);
        }
    }

    public Utilisation Read(SlotTotals now)
    {
        lock (_gate)
        {
            return new Utilisation(Utilisation.Between(_marks.ElementAt(Math.Max(0, _marks.Count - OfOneMinute)), now), Utilisation.Between(_marks.Peek(), now));
        }
    }
}
