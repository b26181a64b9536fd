using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>A worker whose slots are offered, as the request path sees it; lives from ready to exit.</summary>
internal sealed class ServingWorker(WorkerIdentity identity, int pid, int threads, WorkerEndpoint endpoint, bool hasThreadPerSlot, bool keepsIdleConnections)
{
    public WorkerIdentity Identity { get; } = identity;

    public int Pid { get; } = pid;

    public int Threads { get; } = threads;

    public WorkerEndpoint Endpoint { get; } = endpoint;

    public bool HasThreadPerSlot { get; } = hasThreadPerSlot;

    public bool KeepsIdleConnections { get; } = keepsIdleConnections;

    /// <summary>What the connector made for it; disposed when the worker is gone.</summary>
    public IDisposable? Connection { get; set; }
}
