using System.Threading.Channels;

namespace ProxyGroups.Supervision;

/// <summary>One reader of lines. Who reads too slowly loses lines and is told how many: no worker waits for it, and nothing grows without bound.</summary>
internal sealed class LineFollower(KeptLines lines, IReadOnlyList<KeptLine> kept) : IDisposable
{
    internal const int Backlog = 2000;

    private readonly Channel<KeptLine> _coming = Channel.CreateBounded<KeptLine>(new BoundedChannelOptions(Backlog) { SingleReader = true });
    private volatile IReadOnlySet<string>? _groups;
    private long _lost;

    /// <summary>What was kept when it began.</summary>
    public IReadOnlyList<KeptLine> Kept { get; } = kept;

    /// <summary>What came since, in order; it ends when the front door stops.</summary>
    public ChannelReader<KeptLine> Coming => _coming.Reader;

    /// <summary>The groups that it reads of; null: all. May change while it reads.</summary>
    public IReadOnlySet<string>? Groups
    {
        get => _groups;
        set => _groups = value;
    }

    /// <summary>Lines lost since the last call.</summary>
    public long TakeLost() => Interlocked.Exchange(ref _lost, 0);

    public void Dispose() => lines.Leave(this);

    internal void Hand(KeptLine line)
    {
        if (_groups?.Contains(line.Group) != false && !_coming.Writer.TryWrite(line))
        {
            Interlocked.Increment(ref _lost);
        }
    }

    internal void End() => _coming.Writer.TryComplete();
}
