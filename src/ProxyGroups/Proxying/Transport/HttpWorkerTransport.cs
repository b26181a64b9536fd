using System.Net;

namespace ProxyGroups.Proxying.Transport;

/// <summary>
/// HTTP/1.1 to one worker over a Unix socket, or loopback TCP: one connection per slot, exactly one send per try, and the
/// moment known when the worker is done. Any thread. Lives as long as the worker's epoch: nothing of it outlives the worker.
/// </summary>
internal sealed class HttpWorkerTransport : IWorkerTransport
{
    private readonly SlotConnection[] _slots;
    private readonly HeldResponses _held;

    public HttpWorkerTransport(EndPoint endpoint, int capacity, TransportLimits limits, HeldResponses held, TimeProvider time)
    {
        _held = held;
        _slots = new SlotConnection[capacity];
        for (var slot = 0; slot < capacity; slot++)
        {
            _slots[slot] = new SlotConnection(endpoint, limits, time);
        }
    }

    public WorkerExchange BeginExchange(int slot, Action<WorkerExchange> workerDone)
    {
        var exchange = new HttpExchange(_slots[slot], _held, workerDone);
        _slots[slot].Begin(exchange);
        return exchange;
    }

    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot.Dispose();
        }
    }
}
