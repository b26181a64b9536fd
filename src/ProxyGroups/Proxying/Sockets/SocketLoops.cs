
namespace ProxyGroups.Proxying.Sockets;

/// <summary>One <see cref="SocketLoop"/> per core; sockets go round. For the life of the process.</summary>
internal sealed class SocketLoops
{
    private static readonly Lazy<SocketLoops> Created = new(static () => new SocketLoops(Environment.ProcessorCount));

    private readonly SocketLoop[] _loops;
    private uint _lastClient;
    private uint _lastWorker;

    public SocketLoops(int count)
    {
        var watch = new LoopWatch();
        _loops = [.. Enumerable.Range(0, count).Select(number => new SocketLoop(watch, $"PG sockets {number}"))];
        watch.Start(Look);
    }

    /// <exception cref="IOException">Out of descriptors.</exception>
    public static SocketLoops Shared => Created.Value;

    /// <summary>For the next client. Clients and workers go round by themselves, or each loop might get one kind only.</summary>
    public SocketLoop NextForClient() => Next(ref _lastClient);

    /// <summary>For the next connection to a worker.</summary>
    public SocketLoop NextForWorker() => Next(ref _lastWorker);

    private SocketLoop Next(ref uint last) => _loops[Interlocked.Increment(ref last) % _loops.Length];

    private bool Look()
    {
        var happens = false;
        foreach (var loop in _loops)
        {
            happens |= loop.Look();
        }

        return happens;
    }
}
