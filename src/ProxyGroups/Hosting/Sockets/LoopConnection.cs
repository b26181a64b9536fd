using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using ProxyGroups.Proxying.Sockets;

namespace ProxyGroups.Hosting.Sockets;

/// <summary>
/// One client's connection: two pipes, and a flow each between pipe and socket. It ends as Kestrel's own does: the sender closes the socket, for
/// whatever reason, and the receiver then tells the application.
/// </summary>
internal sealed class LoopConnection : DefaultConnectionContext, IConnectionSocketFeature, IMemoryPoolFeature
{
    private const int LeastRoom = 2048;

    /// <summary>In one send; the system takes 1,024 at most (IOV_MAX).</summary>
    private const int MostPieces = 256;

    private static long s_lastId = TimeProvider.System.GetUtcNow().Ticks;

    private readonly LoopSocket _socket;
    private readonly Pipe _input;
    private readonly Pipe _output;
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private List<ArraySegment<byte>>? _pieces;
    private Exception? _reason;
    private bool _ended;
    private Task _receiving = Task.CompletedTask;
    private Task _sending = Task.CompletedTask;

    public LoopConnection(LoopSocket socket, MemoryPool<byte> pool, PipeOptions input, PipeOptions output)
        : base(NextId())
    {
        (_socket, MemoryPool, _input, _output) = (socket, pool, new Pipe(input), new Pipe(output));
        (LocalEndPoint, RemoteEndPoint, ConnectionClosed) = (socket.Socket.LocalEndPoint, socket.Socket.RemoteEndPoint, _closed.Token);
        Transport = new Duplex(new FairReader(_input.Reader), _output.Writer);
        Application = new Duplex(_output.Reader, _input.Writer);
        Features.Set<IConnectionSocketFeature>(this);
        Features.Set<IMemoryPoolFeature>(this);
    }

    public Socket Socket => _socket.Socket;

    public MemoryPool<byte> MemoryPool { get; }

    /// <exception cref="IOException">The system has no room to watch one more socket, which is closed.</exception>
    public void Start()
    {
        try
        {
            _socket.Attach();
        }
        catch (IOException)
        {
            _socket.Dispose();
            throw;
        }

        _receiving = ReceiveAsync(_input.Writer);
        _sending = SendAsync(_output.Reader);
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        End(abortReason);
        _output.Reader.CancelPendingRead();
    }

    public override async ValueTask DisposeAsync()
    {
        await _input.Reader.CompleteAsync();
        await _output.Writer.CompleteAsync();
        await _receiving;
        await _sending;
        _closed.Dispose();
        await base.DisposeAsync();
    }

    private async Task ReceiveAsync(PipeWriter input)
    {
        var failure = await FailureOfAsync(() => ReceiveAllAsync(input));
        await input.CompleteAsync(_reason ?? failure);
        ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.TellClosed(), this, preferLocal: false);
        await _told.Task;
    }

    /// <summary>Until the client ends, or the application takes no more. No buffer is held while nothing comes.</summary>
    private async Task ReceiveAllAsync(PipeWriter input)
    {
        FairTurn turn = default;
        while (true)
        {
            if (!_socket.TryReceive([], out _))
            {
                turn.Waited();
                await _socket.WhenReadable();
            }

            if (!_socket.TryReceive(input.GetMemory(LeastRoom).Span, out var count))
            {
                continue;
            }

            if (count == 0)
            {
                return;
            }

            input.Advance(count);
            var flushed = await input.FlushAsync();
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                return;
            }

            // It may be many small requests, which cost more than copying.
            await turn.Copied(count * 8);
        }
    }

    private async Task SendAsync(PipeReader output)
    {
        End(await FailureOfAsync(() => SendAllAsync(output)));
        await output.CompleteAsync();
        _input.Writer.CancelPendingFlush();
    }

    /// <summary>What the application is told of it; null: it came to its end.</summary>
    private static async Task<Exception?> FailureOfAsync(Func<Task> flow)
    {
        try
        {
            await flow();
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            return new ConnectionResetException(e.Message, e);
        }
        catch (Exception e)
        {
            return new ConnectionAbortedException(e.Message, e);
        }
    }

    private async Task SendAllAsync(PipeReader output)
    {
        FairTurn turn = default;
        while (true)
        {
            var read = await output.ReadAsync();
            if (read.IsCanceled)
            {
                return;
            }

            var (sent, count) = TrySend(read.Buffer);
            output.AdvanceTo(read.Buffer.GetPosition(count));
            if (!sent)
            {
                turn.Waited();
                await _socket.WhenWritable();
            }
            else if (read.IsCompleted && count == read.Buffer.Length)
            {
                return;
            }

            await turn.Copied(count);
        }
    }

    private (bool Sent, int Count) TrySend(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return (true, 0);
        }

        int count;
        if (buffer.IsSingleSegment)
        {
            return (_socket.TrySend(buffer.FirstSpan, out count), count);
        }

        _pieces ??= [];
        _pieces.Clear();
        foreach (var piece in buffer)
        {
            _ = MemoryMarshal.TryGetArray(piece, out var array);
            _pieces.Add(array);
            if (_pieces.Count == MostPieces)
            {
                break;
            }
        }

        return (_socket.TrySend(_pieces, out count), count);
    }

    private void End(Exception? reason)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            // The receiver is not told what the application itself has ended.
            _reason = reason ?? new ConnectionAbortedException("The connection has been ended in order.");
            try
            {
                _socket.Shutdown(SocketShutdown.Both);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The client was first.
            }

            _socket.Dispose();
        }
    }

    private void TellClosed()
    {
        try
        {
            _closed.Cancel();
        }
        catch (AggregateException)
        {
            // Of the application's callbacks. Nobody is here whom it could reach.
        }

        _told.SetResult();
    }

    /// <summary>Looks like Kestrel's own, which logs and apps know: 13 digits of five bits, from a number that starts at the clock.</summary>
    private static string NextId() => string.Create(13, Interlocked.Increment(ref s_lastId), static (text, id) =>
    {
        for (var digit = text.Length - 1; digit >= 0; digit--, id >>= 5)
        {
            text[digit] = "0123456789ABCDEFGHIJKLMNOPQRSTUV"[(int)(id & 31)];
        }
    });

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
