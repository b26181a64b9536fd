using System.Buffers;
using System.Threading.Tasks.Sources;

namespace ProxyGroups.Proxying.Transport;

/// <summary>
/// A body of known length that is taken from the worker at once, so that a slow client does not hold the slot: the pump
/// fills the buffer and never waits for the client, who reads as bytes come. When all of it lay behind the head, there
/// is no pump. Buffer and budget go back when both sides are through. Pump and reader may be on two threads.
/// </summary>
internal sealed class HeldResponse(HttpExchange exchange, HeldResponses held, int length) : WorkerStream, IValueTaskSource
{
    private readonly Lock _gate = new();
    private byte[]? _bytes = ArrayPool<byte>.Shared.Rent(length);
    private int _written;
    private int _read;
    private bool _pumping;
    private bool _readerGone;
    private bool _waiting;
    private Exception? _failure;
    private ManualResetValueTaskSourceCore<bool> _more = new() { RunContinuationsAsynchronously = true };

    public override bool CanRead => true;

    public int Filled => _written;

    public bool IsFilled => _written == length;

    /// <summary>Takes what has been received along with the head.</summary>
    public void Fill(InputBuffer input)
    {
        _written = Math.Min(length, input.Length);
        input.Unread[.._written].CopyTo(_bytes);
        input.Consume(_written);
    }

    /// <summary>Starts to read the rest.</summary>
    public void StartPump(ResponseBodyReader reader)
    {
        _pumping = true;
        _ = PumpAsync(reader);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_failure is { } failure && _read == _written && !_readerGone)
            {
                return CutOff.AfterLastBytesAsync(failure);
            }

            return TryTake_NeedsLock(buffer.Span, out var count)
                ? new ValueTask<int>(count)
                : WaitAsync(new ValueTask(this, _more.Version), buffer, cancellationToken);
        }
    }

    protected override void Dispose(bool disposing)
    {
        bool discard;
        lock (_gate)
        {
            discard = _pumping && !_readerGone;
            _readerGone = true;
            Release_NeedsLock();
        }

        if (discard)
        {
            exchange.LimitDiscard();
        }

        exchange.OnAnswerTaken();
        base.Dispose(disposing);
    }

    private bool TryTake_NeedsLock(Span<byte> buffer, out int count)
    {
        var available = _readerGone ? 0 : _written - _read;
        count = Math.Min(available, buffer.Length);
        if (count > 0)
        {
            _bytes.AsSpan(_read, count).CopyTo(buffer);
            _read += count;
            Release_NeedsLock();
        }

        if (available == 0 && _failure is not null)
        {
            throw _failure;
        }

        var answered = available > 0 || _read == length || _readerGone;
        _waiting = !answered;
        return answered;
    }

    private async ValueTask<int> WaitAsync(ValueTask more, Memory<byte> buffer, CancellationToken ct)
    {
        using (ct.UnsafeRegister(static (state, token) => ((HeldResponse)state!).Wake(new OperationCanceledException(token)), this))
        {
            await more;
        }

        return await ReadAsync(buffer, ct);
    }

    private void Wake(Exception? failure)
    {
        lock (_gate)
        {
            if (!_waiting)
            {
                return;
            }

            _waiting = false;
        }

        if (failure is null)
        {
            _more.SetResult(true);
        }
        else
        {
            _more.SetException(failure);
        }
    }

    private async Task PumpAsync(ResponseBodyReader reader)
    {
        Exception? failure = null;
        try
        {
            while (!reader.HasEnded)
            {
                var count = await reader.ReadAsync(_bytes.AsMemory(_written, length - _written), CancellationToken.None);
                Advance(count, null, ended: false);
            }
        }
        catch (IOException e)
        {
            failure = e;
        }

        Advance(0, failure, ended: true);
    }

    private void Advance(int count, Exception? failure, bool ended)
    {
        lock (_gate)
        {
            _written += count;
            _failure = failure;
            _pumping = !ended;
            Release_NeedsLock();
        }

        Wake(null);
    }

    private void Release_NeedsLock()
    {
        if (_bytes is not null && !_pumping && (_readerGone || _read == length))
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = null;
            held.Release(length);
        }
    }

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            _more.GetResult(token);
        }
        finally
        {
            _more.Reset();
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _more.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _more.OnCompleted(continuation, state, token, flags);
}
