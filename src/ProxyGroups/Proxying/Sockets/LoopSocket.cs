using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Proxying.Sockets;

/// <summary>
/// A connected stream socket on a <see cref="SocketLoop"/>: whoever waits for it goes on within the loop's thread. Without a loop it is .NET's
/// socket as it comes, and whoever waits goes on on the thread pool. One receiver and one sender at a time; <see cref="Dispose"/> from any thread.
/// </summary>
internal sealed class LoopSocket : IDisposable, IThreadPoolWorkItem
{
    private readonly Socket _socket;
    private readonly SocketLoop? _loop;
    private long _key;
    private readonly Readiness? _input;
    private readonly Readiness? _output;
    private volatile bool _hasEnded;
    private uint _deferred;
    private int _disposed;

    /// <param name="socket">Ours from here on.</param>
    public LoopSocket(Socket socket, SocketLoop? loop)
    {
        (_socket, _loop) = (socket, loop);
        if (loop is not null)
        {
            (_input, _output) = (new Readiness(), new Readiness());
            socket.Blocking = false;
        }
    }

    public Socket Socket => _socket;

    /// <summary>On a loop this is for sockets that connect at once or not at all: Unix sockets.</summary>
    public ValueTask ConnectAsync(EndPoint endpoint, CancellationToken ct)
    {
        if (_input is null)
        {
            return _socket.ConnectAsync(endpoint, ct);
        }

        _socket.Connect(endpoint);
        try
        {
            Attach();
        }
        catch (IOException)
        {
            // The machine's fault: to the caller an IOException would say that nobody listens.
            throw new SocketException((int)SocketError.NoBufferSpaceAvailable);
        }

        return default;
    }

    /// <summary>To its loop, once it is connected: before that the system takes it for ended.</summary>
    /// <exception cref="IOException">The system has no room to watch one more.</exception>
    /// <exception cref="ObjectDisposedException">It was closed meanwhile.</exception>
    public void Attach()
    {
        Interlocked.Exchange(ref _key, _loop!.Add(this, _socket.SafeHandle));
        if (Volatile.Read(ref _disposed) != 0)
        {
            _loop.Remove(_key, _socket.SafeHandle);
        }
    }

    /// <summary>Bytes received; 0: the other side has ended.</summary>
    /// <exception cref="SocketException">The connection broke, or was closed here.</exception>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken ct) =>
        _input is null ? _socket.ReceiveAsync(buffer, SocketFlags.None, ct)
        : TryReceive(buffer.Span, out var count) ? new ValueTask<int>(count)
        : ReceiveLaterAsync(_input, buffer, ct);

    /// <summary>Bytes sent, at least one.</summary>
    /// <exception cref="SocketException">The connection broke, or was closed here.</exception>
    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> buffer, CancellationToken ct) =>
        _output is null ? _socket.SendAsync(buffer, SocketFlags.None, ct)
        : TrySend(buffer.Span, out var count) ? new ValueTask<int>(count)
        : SendLaterAsync(_output, buffer, ct);

    /// <summary>False: there is nothing to receive; <see cref="WhenReadable"/> tells when to try again. For sockets on a loop.</summary>
    public bool TryReceive(Span<byte> buffer, out int count)
    {
        count = 0;
        if (!_input!.TryTake())
        {
            return false;
        }

        if (buffer.IsEmpty)
        {
            _input.PutBack();
            return true;
        }

        count = _socket.Receive(buffer, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return false;
        }

        ThrowIfFailed(error);
        // Less than there was room for is all there was (epoll(7), question 9): the next try would be in vain.
        if (count == buffer.Length || _hasEnded)
        {
            _input.PutBack();
        }

        return true;
    }

    /// <summary>As <see cref="TryReceive"/>, the other way.</summary>
    public bool TrySend(ReadOnlySpan<byte> buffer, out int count)
    {
        count = _socket.Send(buffer, SocketFlags.None, out var error);
        return IsSent(error);
    }

    /// <summary>As <see cref="TrySend(ReadOnlySpan{byte}, out int)"/>, of several pieces together.</summary>
    public bool TrySend(IList<ArraySegment<byte>> buffers, out int count)
    {
        count = _socket.Send(buffers, SocketFlags.None, out var error);
        return IsSent(error);
    }

    /// <summary>Completes when a receive is worth a try. For sockets on a loop.</summary>
    public ValueTask WhenReadable() => _input!.WaitAsync(CancellationToken.None);

    /// <summary>As <see cref="WhenReadable"/>, the other way.</summary>
    public ValueTask WhenWritable() => WhenWritable(_output!, CancellationToken.None);

    /// <summary>Whether something is there to be read, or the other side has ended.</summary>
    public bool HasInput() => _socket.Poll(0, SelectMode.SelectRead);

    public void Shutdown(SocketShutdown how) => _socket.Shutdown(how);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0 && _loop is not null)
        {
            _loop.Remove(Volatile.Read(ref _key), _socket.SafeHandle);
        }

        _socket.Dispose();
        _input?.Close();
        _output?.Close();
    }

    /// <summary>The loop: something has happened. What waits for it goes on here.</summary>
    public void OnHappened(uint events)
    {
        if ((events & (Epoll.PeerEnded | Epoll.Broken)) != 0)
        {
            _hasEnded = true;
        }

        if ((events & (Epoll.Readable | Epoll.PeerEnded | Epoll.Broken)) != 0)
        {
            _input!.Signal();
        }

        if ((events & (Epoll.Writable | Epoll.Broken)) != 0)
        {
            _output!.Signal();
        }
    }

    /// <summary>As <see cref="OnHappened"/>, on the thread pool.</summary>
    public void OnHappenedLater(uint events)
    {
        if (Interlocked.Or(ref _deferred, events) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute() => OnHappened(Interlocked.Exchange(ref _deferred, 0));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveLaterAsync(Readiness input, Memory<byte> buffer, CancellationToken ct)
    {
        while (true)
        {
            await input.WaitAsync(ct);
            if (TryReceive(buffer.Span, out var count))
            {
                return count;
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> SendLaterAsync(Readiness output, ReadOnlyMemory<byte> buffer, CancellationToken ct)
    {
        while (true)
        {
            await WhenWritable(output, ct);
            if (TrySend(buffer.Span, out var count))
            {
                return count;
            }
        }
    }

    // Room to send is told only where it is waited for: a Unix socket would tell of it whenever the other side reads (unix_write_space).
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WhenWritable(Readiness output, CancellationToken ct)
    {
        output.TryTake();
        Watch(forRoom: true);
        try
        {
            await output.WaitAsync(ct);
        }
        finally
        {
            output.TryTake();
            Watch(forRoom: false);
        }
    }

    private void Watch(bool forRoom)
    {
        if (Volatile.Read(ref _disposed) == 0)
        {
            _loop!.Watch(_key, _socket.SafeHandle, forRoom);
        }
    }

    private static bool IsSent(SocketError error)
    {
        if (error == SocketError.WouldBlock)
        {
            return false;
        }

        ThrowIfFailed(error);
        return true;
    }

    private static void ThrowIfFailed(SocketError error)
    {
        if (error != SocketError.Success)
        {
            throw new SocketException((int)error);
        }
    }
}
