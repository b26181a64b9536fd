using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using ProxyGroups.Proxying.Sockets;

namespace ProxyGroups.Proxying.Transport;

/// <summary>
/// The stream that YARP copies the client's body into: sends it to the worker, framed. Knows only its own socket, so
/// that an upload which outlives its exchange writes into a closed one and never into a successor's request.
/// The request clock runs while a write waits for the worker, and stands still between writes. One writer at a time.
/// </summary>
internal sealed class RequestUpload(HttpExchange exchange, LoopSocket socket, WaitClock clock, RequestHead head, byte[] output) : WorkerStream
{
    /// <summary>Hex size of a chunk with its line ends.</summary>
    private const int ChunkOverhead = 8 + 2 + 2;

    private static readonly byte[] LastChunk = [.. "0\r\n\r\n"u8];

    /// <summary>Body bytes still owed to the worker; of a chunked body the last chunk counts as one.</summary>
    private long _left = head.BodyLength == RequestHead.Chunked ? 1 : head.BodyLength;
    private int _pendingHead = head.Bytes;
    private volatile bool _complete;
    private volatile bool _broken;
    private FairTurn _turn;

    /// <summary>The worker has been sent all of it.</summary>
    public bool IsComplete => _complete;

    /// <summary>The worker takes no more of it. Not yet a failure: it may have left an answer.</summary>
    public bool IsBroken => _broken;

    public override bool CanWrite => true;

    private bool IsChunked => head.BodyLength == RequestHead.Chunked;

    /// <summary>
    /// YARP flushes first, to get the head away. A body that fits beside the head is waited for instead: it is one send,
    /// and the worker is not bothered by a client that has not got that far.
    /// </summary>
    public override Task FlushAsync(CancellationToken cancellationToken) =>
        IsChunked || head.BodyLength > output.Length - _pendingHead ? SendHeadAsync(cancellationToken).AsTask() : Task.CompletedTask;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return default;
        }

        if (IsChunked)
        {
            return WriteChunkAsync(buffer, cancellationToken);
        }

        if (buffer.Length > _left)
        {
            throw new InvalidOperationException("More bytes were written than Content-Length promises.");
        }

        var room = output.Length - _pendingHead;
        return _pendingHead > 0 && buffer.Length <= room
            ? SendAsync(WithHead(buffer.Span), buffer.Length, cancellationToken)
            : WriteBareAsync(buffer, cancellationToken);
    }

    /// <summary>The client's body has been copied. Throws when it fell short of what it promised.</summary>
    public async ValueTask CompleteAsync(CancellationToken ct)
    {
        // YARP keeps a failed write to itself, and ends the copy as if all were well.
        if (_broken)
        {
            throw Broken(null);
        }

        if (IsChunked)
        {
            await SendHeadAsync(ct);
            await SendAsync(LastChunk, 1, ct);
        }
        else if (_left > 0)
        {
            throw new IOException("The request body ended before its Content-Length.");
        }
    }

    private Memory<byte> WithHead(ReadOnlySpan<byte> body)
    {
        body.CopyTo(output.AsSpan(_pendingHead));
        var whole = output.AsMemory(0, _pendingHead + body.Length);
        _pendingHead = 0;
        return whole;
    }

    private ValueTask SendHeadAsync(CancellationToken ct) => _pendingHead > 0 ? SendAsync(WithHead([]), 0, ct) : default;

    private async ValueTask WriteBareAsync(ReadOnlyMemory<byte> buffer, CancellationToken ct)
    {
        await SendHeadAsync(ct);
        await SendAsync(buffer, buffer.Length, ct);
    }

    /// <summary>Size, data and line end go out in one piece: a worker may wait for the line end before it uses the data.</summary>
    private async ValueTask WriteChunkAsync(ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(_pendingHead + data.Length + ChunkOverhead);
        var length = _pendingHead;
        output.AsSpan(0, length).CopyTo(chunk);
        _pendingHead = 0;
        data.Length.TryFormat(chunk.AsSpan(length), out var digits, "x", CultureInfo.InvariantCulture);
        length += digits;
        length += Append(chunk, length, "\r\n"u8);
        length += Append(chunk, length, data.Span);
        length += Append(chunk, length, "\r\n"u8);
        await SendAsync(chunk.AsMemory(0, length), 0, ct);
        // Not in a finally: after a failed send the system may still be reading it.
        ArrayPool<byte>.Shared.Return(chunk);
    }

    private static int Append(byte[] target, int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(target.AsSpan(at));
        return bytes.Length;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, int ofBody, CancellationToken ct)
    {
        if (_broken)
        {
            throw Broken(null);
        }

        try
        {
            for (var rest = bytes; rest.Length > 0;)
            {
                rest = rest[await WaitAsync(socket.SendAsync(rest, ct))..];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Broken(e);
        }

        Sent(ofBody);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAsync(ValueTask<int> send)
    {
        if (send.IsCompleted)
        {
            var count = await send;
            await _turn.Copied(count);
            return count;
        }

        _turn.Waited();
        clock.Resume(exchange);
        try
        {
            return await send;
        }
        finally
        {
            clock.Hold(exchange);
        }
    }

    /// <summary>Once complete, it is the worker's turn for good.</summary>
    private void Sent(int ofBody)
    {
        _left -= ofBody;
        if (_left == 0)
        {
            _complete = true;
            clock.Resume(exchange);
        }
    }

    private IOException Broken(Exception? cause)
    {
        _broken = true;
        return new IOException("The worker takes no more of the request body.", cause);
    }
}
