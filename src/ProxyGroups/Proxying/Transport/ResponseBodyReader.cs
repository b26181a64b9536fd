using System.Buffers;
using System.Buffers.Text;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using ProxyGroups.Proxying.Sockets;

namespace ProxyGroups.Proxying.Transport;

/// <summary>
/// Takes one response body from the connection, framing removed (RFC 9112 6 and 7). The end of the body ends the exchange:
/// after it, and after a failure, the input buffer belongs to the slot's next request and is not touched again.
/// One reader at a time.
/// </summary>
internal sealed class ResponseBodyReader(HttpExchange exchange, LoopSocket socket, InputBuffer input, WaitClock clock, ResponseHead head)
{
    private enum Part
    {
        Data,
        DataEnd,
        Size,
        Trailers,
    }

    private const int DiscardBytes = 16 << 10;

    private Part _part = head.Framing == BodyFraming.Chunked ? Part.Size : Part.Data;
    private long _left = head.Framing switch { BodyFraming.Length => head.Length, BodyFraming.UntilClose => long.MaxValue, _ => 0 };
    private int _trailerBytes;
    private bool _ended;
    private FairTurn _turn;

    public bool HasEnded => Volatile.Read(ref _ended);

    /// <summary>
    /// 0 is the end, and the answer to a read of zero bytes as soon as there is something to read. Cancelling ends only the wait.
    /// </summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        if (_ended)
        {
            return default;
        }

        try
        {
            var count = Take(buffer.Span);
            return count > 0 || _ended || IsWorthReading(buffer) ? new ValueTask<int>(count) : ReceiveAsync(buffer, ct);
        }
        catch (ProtocolException e)
        {
            throw CutOff(e.Message, e);
        }
    }

    /// <summary>Reads on to the end for nobody, so that the worker can finish; the clock's Discard limit bounds it.</summary>
    public async Task DiscardAsync()
    {
        var scratch = ArrayPool<byte>.Shared.Rent(DiscardBytes);
        try
        {
            while (!_ended)
            {
                await ReadAsync(scratch, CancellationToken.None);
            }
        }
        catch (IOException)
        {
            // The exchange has noted it, and nobody waits for these bytes.
        }

        ArrayPool<byte>.Shared.Return(scratch);
    }

    /// <summary>For a zero-byte read: within data of known length the next receive goes straight to the reader's buffer.</summary>
    private bool IsWorthReading(Memory<byte> buffer) => buffer.IsEmpty && (input.Length > 0 || (_left > 0 && _left < long.MaxValue));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                var direct = input.Length == 0 && _part == Part.Data ? (int)Math.Min(_left, buffer.Length) : 0;
                var received = await WaitAsync(direct > 0
                    ? socket.ReceiveAsync(buffer[..direct], ct)
                    : input.ReceiveAsync(socket, ct));
                if (received == 0)
                {
                    return EndOfStream();
                }

                var count = direct > 0 ? Took(received) : Take(buffer.Span);
                if (count > 0 || _ended || IsWorthReading(buffer))
                {
                    return count;
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or ProtocolException)
        {
            throw CutOff(e.Message, e);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAsync(ValueTask<int> receive)
    {
        if (receive.IsCompleted)
        {
            var count = await receive;
            await _turn.Copied(count);
            return count;
        }

        _turn.Waited();
        clock.Start(exchange, WaitKind.Silence);
        try
        {
            return await receive;
        }
        finally
        {
            clock.Pause(exchange);
        }
    }

    private int EndOfStream()
    {
        if (head.Framing != BodyFraming.UntilClose)
        {
            throw new ProtocolException("the worker closed the connection");
        }

        End();
        return 0;
    }

    /// <summary>Decodes what has been received already.</summary>
    private int Take(Span<byte> buffer)
    {
        var taken = 0;
        while (!_ended && input.Length > 0)
        {
            var stuck = _part switch
            {
                Part.Data => !TakeData(buffer, ref taken),
                Part.DataEnd => !TakeDataEnd(),
                Part.Size => !TakeSize(),
                _ => !TakeTrailer(),
            };
            if (stuck)
            {
                break;
            }
        }

        return taken;
    }

    private bool TakeData(Span<byte> buffer, ref int taken)
    {
        var count = (int)Math.Min(Math.Min(input.Length, buffer.Length - taken), _left);
        if (count == 0)
        {
            return false;
        }

        input.Unread[..count].CopyTo(buffer[taken..]);
        input.Consume(count);
        taken += Took(count);
        return true;
    }

    private int Took(int count)
    {
        if (_left != long.MaxValue)
        {
            _left -= count;
        }

        if (_left == 0)
        {
            if (head.Framing == BodyFraming.Length)
            {
                End();
            }
            else
            {
                _part = Part.DataEnd;
            }
        }

        return count;
    }

    private bool TakeDataEnd()
    {
        if (input.Length < 2)
        {
            return false;
        }

        if (!input.Unread.StartsWith("\r\n"u8))
        {
            throw new ProtocolException($"a chunk does not end with CRLF: {Printable.Escape(input.Unread)}");
        }

        input.Consume(2);
        _part = Part.Size;
        return true;
    }

    /// <summary>chunk-size [ chunk-ext ] CRLF (RFC 9112 7.1); extensions are dropped.</summary>
    private bool TakeSize()
    {
        if (!TryTakeLine(out var line))
        {
            return false;
        }

        // 15 digits cannot overflow.
        if (!Utf8Parser.TryParse(line, out _left, out var digits, 'x') || digits > 15 || (digits < line.Length && line[digits] != ';'))
        {
            throw new ProtocolException($"a chunk size is malformed: {Printable.Escape(line)}");
        }

        _part = _left > 0 ? Part.Data : Part.Trailers;
        return true;
    }

    private bool TakeTrailer()
    {
        if (!TryTakeLine(out var line))
        {
            return false;
        }

        if (line.IsEmpty)
        {
            End();
            return true;
        }

        _trailerBytes += line.Length;
        if (_trailerBytes > InputBuffer.MaxBytes)
        {
            throw new ProtocolException("the trailers are larger than 64 KiB");
        }

        var name = ResponseHeadParser.Split(line, out var value);
        exchange.AddTrailer(name.Text, Encoding.Latin1.GetString(value));
        return true;
    }

    /// <summary>The line stays readable until the next receive.</summary>
    private bool TryTakeLine(out ReadOnlySpan<byte> line)
    {
        var lf = input.Unread.IndexOf((byte)'\n');
        if (lf > 0 && input.Unread[lf - 1] == '\r')
        {
            line = input.Unread[..(lf - 1)];
            input.Consume(lf + 1);
            return true;
        }

        if (lf >= 0 || input.Length >= InputBuffer.UsualBytes)
        {
            throw new ProtocolException($"a line of the chunked body has no end: {Printable.Escape(input.Unread)}");
        }

        line = default;
        return false;
    }

    private void End()
    {
        Volatile.Write(ref _ended, true);
        exchange.EndResponse();
    }

    private HttpIOException CutOff(string detail, Exception cause)
    {
        Volatile.Write(ref _ended, true);
        return exchange.FailBody(detail, cause);
    }
}
