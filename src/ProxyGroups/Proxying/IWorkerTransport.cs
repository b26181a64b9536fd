using ProxyGroups.Groups;

namespace ProxyGroups.Proxying;

/// <summary>
/// Carries requests to one worker (one epoch). Disposing it ends exactly this worker's connections.
/// One connection per slot at most: that the front door never opens more is what allows so simple workers.
/// </summary>
internal interface IWorkerTransport : IWorkerConnection
{
    /// <summary>Begins one request in a slot that the caller has leased.</summary>
    /// <param name="slot">Index of the slot, 0 to Threads - 1.</param>
    /// <param name="workerDone">Called exactly once, when the worker has nothing left to do for this request: the moment the slot is free.</param>
    WorkerExchange BeginExchange(int slot, Action<WorkerExchange> workerDone);
}
