using System.IO.Pipelines;
using ProxyGroups.Scheduling;

namespace ProxyGroups.Hosting.Sockets;

/// <summary>
/// What the application reads of its client. On a loop's thread it goes on on the thread pool after so many reads without a wait: a client
/// that pipelines refused requests without end would else keep all others of the loop waiting.
/// </summary>
internal sealed class FairReader(PipeReader inner) : PipeReader
{
    /// <summary>Requests, mostly.</summary>
    private const int MostInARow = 16;

    private int _inARow;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (LoopThread.Current is null || !inner.TryRead(out var result))
        {
            _inARow = 0;
            return inner.ReadAsync(cancellationToken);
        }

        return ++_inARow < MostInARow ? new(result) : OnPoolAsync(result);
    }

    public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    private async ValueTask<ReadResult> OnPoolAsync(ReadResult result)
    {
        _inARow = 0;
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return result;
    }
}
