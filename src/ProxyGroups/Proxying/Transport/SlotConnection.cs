using System.Net;
using System.Net.Sockets;
using ProxyGroups.Groups;
using ProxyGroups.Proxying.Sockets;

namespace ProxyGroups.Proxying.Transport;

/// <summary>
/// One slot's place: at most one connection, its buffers, its clock. One exchange at a time owns it, from
/// <see cref="Begin"/> to <see cref="End"/>; only <see cref="Dispose"/> comes from elsewhere. Lives as long as the transport.
/// </summary>
internal sealed class SlotConnection(EndPoint endpoint, uint? user, CurrentLimits limits, SocketLoops? loops, TimeProvider time) : IDisposable
{
    // Of many apps no head is larger, and all their slots have one.
    private const int LeastOutput = 2 << 10;
    private const int UsualOutput = 8 << 10;

    /// <summary>A worker's Keep-Alive hint is cut by this much: our next request needs time to arrive.</summary>
    private static readonly TimeSpan HintMargin = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Lock _closing = new();
    private LoopSocket? _idle;
    private long _idleSince;
    private TimeSpan _idleLifetime;
    private HttpExchange? _current;
    private bool _disposed;

    public EndPoint Endpoint => endpoint;

    /// <summary>Whose listener it has to be; null: anybody's.</summary>
    public uint? User => user;

    public TransportLimits Limits => limits.Value;

    /// <summary>Where its connections are waited for; null: .NET's way.</summary>
    public SocketLoops? Loops => loops;

    public TimeProvider Time => time;

    public WaitClock Clock { get; } = new(limits, time);

    public InputBuffer Input { get; } = new();

    /// <summary>The header fields of the answer.</summary>
    public List<ResponseField> Fields { get; } = [];

    /// <summary>The request head and what fits beside it; 2 KiB, 8 after a request with a body or a larger head, more after one that is larger still.</summary>
    public byte[] Output { get; set; } = [];

    /// <summary>A connection serves one request only.</summary>
    public bool ClosesAlways => Limits.IdleConnectionLifetime == TimeSpan.Zero;

    public bool IsDisposed => Volatile.Read(ref _disposed);

    public void Begin(HttpExchange exchange)
    {
        lock (_gate)
        {
            if (_current is not null)
            {
                throw new InvalidOperationException("The slot is still in use: its lease was given twice.");
            }

            _current = exchange;
        }

        if (Output.Length == 0)
        {
            Output = CreateOutput(LeastOutput);
        }
    }

    /// <summary>Makes room for good beside so many bytes of <see cref="Output"/>.</summary>
    public void WidenOutput(int bytes)
    {
        if (Output.Length < UsualOutput)
        {
            var wide = CreateOutput(UsualOutput);
            Output.AsSpan(0, bytes).CopyTo(wide);
            Output = wide;
        }
    }

    /// <summary>What goes through here at the moment.</summary>
    public SlotWork? Look()
    {
        lock (_gate)
        {
            return _current?.Look();
        }
    }

    /// <summary>
    /// The kept connection, if the worker still holds it open and owes nothing on it. Bytes that nobody asked for would be
    /// taken for the next answer (RFC 9112 9.2), so they close it.
    /// </summary>
    public LoopSocket? TakeIdle()
    {
        LoopSocket? socket;
        lock (_gate)
        {
            (socket, _idle) = (_idle, null);
        }

        if (socket is not null && (HasExpired() || socket.HasInput()))
        {
            socket.Dispose();
            return null;
        }

        return socket;
    }

    /// <summary>Frees the slot. The connection is kept, or closed together with all that could still refer to it.</summary>
    public void End(HttpExchange exchange, LoopSocket? socket, bool keep, int hintSeconds)
    {
        Clock.Stop(exchange);
        keep &= Input.Length == 0 && !ClosesAlways;
        Input.Clear();
        if (socket is not null && !keep)
        {
            // An upload cut short may still be sending from it.
            Output = [];
        }

        lock (_gate)
        {
            _current = null;
            if (keep && !_disposed)
            {
                _idle = socket;
                _idleSince = time.GetTimestamp();
                _idleLifetime = hintSeconds < 0 ? Limits.IdleConnectionLifetime : Min(Limits.IdleConnectionLifetime, hintSeconds);
                return;
            }
        }

        Close(socket);
    }

    /// <summary>
    /// Returns when the connection is closed, also where another thread is at it: the second of two Disposes returns at once, and the slot
    /// would open its next connection beside this one.
    /// </summary>
    public void Close(LoopSocket? socket)
    {
        lock (_closing)
        {
            EndSending(socket);
            socket?.Dispose();
        }
    }

    /// <summary>
    /// close(2) alone ends the connection later where the thread that waits for the sockets has it in hand (Linux: epoll_wait takes a
    /// reference while it looks); shutdown(2) does so at once. Not both ways: what waits for bytes would take it for the worker's end.
    /// </summary>
    private static void EndSending(LoopSocket? socket)
    {
        try
        {
            socket?.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It was not connected, or another thread was at it first.
        }
    }

    public void Dispose()
    {
        HttpExchange? current;
        LoopSocket? idle;
        lock (_gate)
        {
            Volatile.Write(ref _disposed, true);
            (current, idle, _idle) = (_current, _idle, null);
        }

        idle?.Dispose();
        current?.Break();
        Clock.Dispose();
    }

    // Pinned for life, so that no send has to pin it.
    private static byte[] CreateOutput(int size) => GC.AllocateUninitializedArray<byte>(size, pinned: true);

    private bool HasExpired() =>
        _idleLifetime != Timeout.InfiniteTimeSpan && time.GetElapsedTime(_idleSince) >= _idleLifetime;

    private static TimeSpan Min(TimeSpan lifetime, int hintSeconds)
    {
        var hint = TimeSpan.FromSeconds(hintSeconds) - HintMargin;
        return lifetime == Timeout.InfiniteTimeSpan || hint < lifetime ? hint : lifetime;
    }
}
