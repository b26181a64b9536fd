namespace ProxyGroups.Supervision;

/// <summary>The last lines of every process group, and those who follow them. Thread-safe; adding never waits for a reader.</summary>
internal sealed class KeptLines(TimeProvider time)
{
    private const long IdsPerMillisecond = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LineRing> _groups = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<LineFollower> _followers = [];

    // Begun at the clock, as the ids of events are; a worker may write many lines in a millisecond.
    private long _newest = time.GetUtcNow().ToUnixTimeMilliseconds() * IdsPerMillisecond;
    private bool _isClosed;

    /// <summary>A worker wrote it.</summary>
    public void Add(WorkerIdentity worker, int pid, OutputLine line) => Add(worker.Group, worker.Rank, worker.Generation, pid, line.Stream, line.Text);

    public void Add(string group, int? rank, int? generation, int? pid, string stream, string text)
    {
        lock (_gate)
        {
            var line = new KeptLine(++_newest, time.GetUtcNow(), group, rank, generation, pid, stream, text);
            if (!_groups.TryGetValue(group, out var ring))
            {
                _groups[group] = ring = new LineRing();
            }

            ring.Add(line);
            _followers.ForEach(follower => follower.Hand(line));
        }
    }

    /// <summary>Those of these groups that come after <paramref name="after"/>, in order, at most the last <paramref name="most"/>.</summary>
    /// <param name="groups">Null: all.</param>
    public IReadOnlyList<KeptLine> Last(IReadOnlySet<string>? groups, long after, int most)
    {
        lock (_gate)
        {
            return Kept(groups, after, most);
        }
    }

    /// <summary>As <see cref="Last"/>, then each as it comes.</summary>
    public LineFollower Follow(IReadOnlySet<string>? groups, long after, int most)
    {
        lock (_gate)
        {
            var follower = new LineFollower(this, Kept(groups, after, most)) { Groups = groups };
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

    /// <summary>The group was removed: its lines are nobody's.</summary>
    public void Forget(string group)
    {
        lock (_gate)
        {
            _groups.Remove(group);
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

    internal void Leave(LineFollower follower)
    {
        lock (_gate)
        {
            _followers.Remove(follower);
        }
    }

    // Where the clock was set back since, an id of an earlier life is above all of these.
    private List<KeptLine> Kept(IReadOnlySet<string>? groups, long after, int most) =>
        [.. _groups.Where(pair => groups?.Contains(pair.Key) != false).SelectMany(static pair => pair.Value.Lines).Where(line => line.Id > after || after > _newest).OrderBy(static line => line.Id).TakeLast(most)];
}
