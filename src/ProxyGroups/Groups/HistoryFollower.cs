using System.Threading.Channels;

namespace ProxyGroups.Groups;

/// <summary>One reader of the history. Who reads too slowly is cut off: nothing waits for it, and nothing grows without bound.</summary>
internal sealed class HistoryFollower(History history, IReadOnlyList<HistoryEntry> kept) : IDisposable
{
    private readonly Channel<HistoryEntry> _coming = Channel.CreateBounded<HistoryEntry>(new BoundedChannelOptions(History.Capacity) { SingleReader = true });

    /// <summary>What was kept when it began.</summary>
    public IReadOnlyList<HistoryEntry> Kept { get; } = kept;

    /// <summary>What came since, in order; it ends when the front door stops, or when this reader is cut off.</summary>
    public ChannelReader<HistoryEntry> Coming => _coming.Reader;

    /// <summary>It was so far behind that entries would have been lost.</summary>
    public bool IsCutOff { get; private set; }

    public void Dispose() => history.Leave(this);

    internal bool TryHand(HistoryEntry entry)
    {
        if (_coming.Writer.TryWrite(entry))
        {
            return true;
        }

        IsCutOff = true;
        End();
        return false;
    }

    internal void End() => _coming.Writer.TryComplete();
}
