namespace ProxyGroups.Proxying.Sockets;

/// <summary>
/// How much is copied without ever waiting before the thread goes to somebody else: on a <see cref="SocketLoop"/> two fast ends
/// would keep all other connections from it. Used by one thread at a time.
/// </summary>
internal struct FairTurn
{
    /// <summary>Some tenths of a millisecond of copying.</summary>
    private const int Bytes = 256 << 10;

    private int _copied;

    /// <summary>Bytes that were there at once, or that there was room for.</summary>
    public ValueTask Copied(int count)
    {
        _copied += count;
        return _copied < Bytes ? default : EndAsync();
    }

    /// <summary>The other side was waited for.</summary>
    public void Waited() => _copied = 0;

    private ValueTask EndAsync()
    {
        _copied = 0;
        return OnThreadPoolAsync();
    }

    private static async ValueTask OnThreadPoolAsync() => await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
}
