using System.Net;
using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Proxying.Sockets;

namespace ProxyGroups.Proxying.Transport;

/// <summary>
/// HTTP/1.1 to one worker over a Unix socket, or loopback TCP: one connection per slot, exactly one send per try, and the
/// moment known when the worker is done. Any thread. Lives as long as the worker's epoch: nothing of it outlives the worker.
/// </summary>
internal sealed class HttpWorkerTransport : IWorkerTransport
{
    private readonly Lock _gate = new();
    private readonly Func<SlotConnection> _create;
    private readonly CurrentLimits _limits;
    private readonly HeldResponses _held;
    private volatile SlotConnection[] _slots;
    private bool _disposed;

    /// <param name="user">Whose listener the endpoint has to be; null: anybody's.</param>
    /// <param name="loops">Where its connections are waited for; null: .NET's way.</param>
    public HttpWorkerTransport(EndPoint endpoint, uint? user, int capacity, TransportLimits limits, HeldResponses held, TimeProvider time, SocketLoops? loops = null)
    {
        (_held, _limits) = (held, new CurrentLimits(limits, time));
        _create = () => new SlotConnection(endpoint, user, _limits, loops, time);
        _slots = [.. Enumerable.Range(0, capacity).Select(_ => _create())];
    }

    public WorkerExchange BeginExchange(int slot, Action<WorkerExchange> workerDone)
    {
        var connection = _slots[slot];
        var exchange = new HttpExchange(connection, _held, workerDone);
        connection.Begin(exchange);
        return exchange;
    }

    /// <summary>Grows only: the scheduler leases no slot above a smaller number of threads, and one that is leased still ends here.</summary>
    public void Adapt(ProcessGroupSettings settings, int threads)
    {
        _limits.Change(TransportLimits.Of(settings, _limits.Value.IdleConnectionLifetime));
        lock (_gate)
        {
            if (!_disposed && threads > _slots.Length)
            {
                _slots = [.. _slots, .. Enumerable.Range(_slots.Length, threads - _slots.Length).Select(_ => _create())];
            }
        }
    }

    public SlotWork? Look(int slot)
    {
        var slots = _slots;
        return slot < slots.Length ? slots[slot].Look() : null;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        foreach (var slot in _slots)
        {
            slot.Dispose();
        }
    }
}
