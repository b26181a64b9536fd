namespace ProxyGroups.Groups;

/// <summary>The last things that happened, oldest first, and those who follow them. Thread-safe; adding never waits for a reader.</summary>
internal sealed class History(TimeProvider time)
{
    /// <summary>Entries kept for who comes later.</summary>
    internal const int Capacity = 1000;

    private readonly Lock _gate = new();
    private readonly Queue<HistoryEntry> _kept = new(Capacity);
    private readonly List<HistoryFollower> _followers = [];

    // Begun at the clock, so that an id that a reader has from an earlier life of the front door is older than all of these.
    private long _newest = time.GetUtcNow().ToUnixTimeMilliseconds();
    private bool _isClosed;

    /// <summary>Id of the newest entry; before the first one, the one before it.</summary>
    public long Newest
    {
        get
        {
            lock (_gate)
            {
                return _newest;
            }
        }
    }

    /// <summary>Notes it under the next id and the time of now.</summary>
    public void Add(HistoryEntry happened)
    {
        lock (_gate)
        {
            var entry = happened with { Id = ++_newest, Time = time.GetUtcNow() };
            if (_kept.Count == Capacity)
            {
                _kept.Dequeue();
            }

            _kept.Enqueue(entry);
            _followers.RemoveAll(follower => !follower.TryHand(entry));
        }
    }

    /// <summary>Entries with an id above <paramref name="after"/>, as far as they are kept; after entries that are not, a gap comes first.</summary>
    public IReadOnlyList<HistoryEntry> Since(long after)
    {
        lock (_gate)
        {
            return KeptSince(after);
        }
    }

    /// <summary>Those above <paramref name="after"/>, then each as it comes; null: only those that come.</summary>
    public HistoryFollower Follow(long? after)
    {
        lock (_gate)
        {
            var follower = new HistoryFollower(this, after is { } id ? KeptSince(id) : []);
            if (_isClosed)
            {
                follower.End();
            }
            else
            {
                _followers.Add(follower);
            }

            return follower;
        }
    }

    /// <summary>Ends all followers after what they still have to read.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            _followers.ForEach(static follower => follower.End());
            _followers.Clear();
        }
    }

    internal void Leave(HistoryFollower follower)
    {
        lock (_gate)
        {
            _followers.Remove(follower);
        }
    }

    private List<HistoryEntry> KeptSince(long after)
    {
        var first = _newest - _kept.Count + 1;
        // Where the clock was set back since, an id of an earlier life is above all of these.
        var isOfEarlierLife = after > _newest;
        var kept = _kept.Where(entry => entry.Id > after || isOfEarlierLife).ToList();
        if (isOfEarlierLife || (after > 0 && after < first - 1))
        {
            kept.Insert(0, new HistoryEntry(HistoryKind.Gap, "what happened before is kept no more") { Id = first - 1, Time = time.GetUtcNow() });
        }

        return kept;
    }
}
