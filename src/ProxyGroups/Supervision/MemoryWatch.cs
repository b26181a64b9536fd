namespace ProxyGroups.Supervision;

/// <summary>A worker whose memory is sampled; disposing ends that.</summary>
internal sealed class MemoryWatch(int pid, long limit, Action<long> sampled, Action<MemoryWatch> ended) : IDisposable
{
    public int Pid => pid;

    /// <summary>Above it samples come sooner.</summary>
    public long Limit => limit;

    public void Sampled(long bytes) => sampled(bytes);

    public void Dispose() => ended(this);
}
