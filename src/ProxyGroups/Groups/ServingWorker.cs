using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>A worker whose slots are offered, as the request path sees it; lives from ready to exit.</summary>
internal sealed class ServingWorker(WorkerIdentity identity, int pid, int threads, WorkerEndpoint endpoint, bool hasThreadPerSlot, bool keepsIdleConnections)
{
    public WorkerIdentity Identity { get; } = identity;

    public int Pid { get; } = pid;

    /// <summary>Its slots; changed only by the group's loop.</summary>
    public int Threads { get; set; } = threads;

    public WorkerEndpoint Endpoint { get; } = endpoint;

    public bool HasThreadPerSlot { get; } = hasThreadPerSlot;

    public bool KeepsIdleConnections { get; } = keepsIdleConnections;

    /// <summary>What the connector made for it; disposed when the worker is gone.</summary>
    public IWorkerConnection? Connection { get; set; }
}
