using System.Runtime.CompilerServices;

namespace ProxyGroups.Proxying.Transport;

/// <summary>
/// A body read from the worker as the client takes it: large, or of unknown length. Disposed early, it is read on and
/// discarded behind the client's back. Reader: YARP, one read at a time; Dispose and Break may come from any thread.
/// States: Idle => (Reading | Gone); Reading => (Idle | Gone). Whoever makes it Gone, or finds it so after a read, discards.
/// </summary>
internal sealed class StreamedResponse(HttpExchange exchange, ResponseBodyReader reader) : WorkerStream
{
    private const int Idle = 0;
    private const int Reading = 1;
    private const int Gone = 2;

    private int _state;

    public override bool CanRead => true;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Interlocked.CompareExchange(ref _state, Reading, Idle) != Idle)
        {
            return reader.HasEnded ? 0 : throw exchange.FailBody("the transport was closed", null);
        }

        try
        {
            return await reader.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException failure)
        {
            return await CutOff.AfterLastBytesAsync(failure);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>The transport is closing. A read under way notices by itself; otherwise the exchange ends here.</summary>
    public void Break()
    {
        if (Interlocked.CompareExchange(ref _state, Gone, Idle) == Idle)
        {
            exchange.FailBody("", null);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _state, Gone) == Idle)
        {
            exchange.Discard(reader);
        }

        exchange.OnAnswerTaken();
        base.Dispose(disposing);
    }

    private void Leave()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Reading) == Gone)
        {
            exchange.Discard(reader);
        }
    }
}
