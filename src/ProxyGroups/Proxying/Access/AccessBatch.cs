using ProxyGroups.Configuration;

namespace ProxyGroups.Proxying.Access;

/// <summary>
/// Requests that have ended, until there are so many that their lines are made in one go: made one by one, each would find its code gone from the core's caches.
/// Any thread.
/// </summary>
internal sealed class AccessBatch(WaitingLines waiting)
{
    // Few: their facts are of any size.
    private const int Most = 32;

    private readonly Lock _gate = new();
    private readonly AccessLine _line = new();
    private readonly (AccessEntry Entry, AccessLogSettings Settings)[] _ended = new (AccessEntry, AccessLogSettings)[Most];
    private int _count;

    /// <returns>How many lines found no place.</returns>
    public int Add(in AccessEntry entry, AccessLogSettings settings)
    {
        lock (_gate)
        {
            ref var ended = ref _ended[_count];
            (ended.Entry, ended.Settings) = (entry, settings);
            if (++_count == 1)
            {
                waiting.Announce();
            }

            return _count == Most ? Make() : 0;
        }
    }

    /// <summary>Makes the lines of all that have ended.</summary>
    /// <returns>How many found no place.</returns>
    public int MakeLines()
    {
        lock (_gate)
        {
            return Make();
        }
    }

    private int Make()
    {
        var lost = 0;
        foreach (ref readonly var ended in _ended.AsSpan(0, _count))
        {
            if (!waiting.TryAdd(_line.Write(ended.Entry, ended.Settings.Format, ended.Settings.Query)))
            {
                lost++;
            }
        }

        Array.Clear(_ended, 0, _count);
        _count = 0;
        return lost;
    }
}
