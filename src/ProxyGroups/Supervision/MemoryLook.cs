namespace ProxyGroups.Supervision;

/// <summary>Something that is looked at whenever memory is sampled; disposing ends that.</summary>
internal sealed class MemoryLook(Action look, Action<MemoryLook> ended) : IDisposable
{
    public void Look() => look();

    public void Dispose() => ended(this);
}
