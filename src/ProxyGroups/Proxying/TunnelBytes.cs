namespace ProxyGroups.Proxying;

/// <summary>What has gone through an upgraded connection so far. One counter each way, each by one thread at a time.</summary>
internal sealed class TunnelBytes
{
    private long _toClient;
    private long _fromClient;

    public long ToClient => Volatile.Read(ref _toClient);

    public long FromClient => Volatile.Read(ref _fromClient);

    public void CountToClient(int bytes) => Volatile.Write(ref _toClient, _toClient + bytes);

    public void CountFromClient(int bytes) => Volatile.Write(ref _fromClient, _fromClient + bytes);
}
