using System.Threading.Channels;

namespace ProxyGroups.Supervision;

/// <summary>
/// Carries a worker's output to the log line by line. Reading waits for the log no longer than the allowance's patience: lines beyond
/// the allowance or a bounded backlog are dropped and counted, so that a slow log does not block the worker, and a flood grows neither
/// our memory nor the log. The count is told once per second while lines are dropped; a flood of them is held up (<see cref="FloodBrake"/>).
/// <para>Owned by <see cref="WorkerProcess"/>; ends with the streams, or when it is cancelled.</para>
/// </summary>
internal sealed class OutputRelay
{
    public const int MaxLineLength = 8 * 1024;
    public const int KeptLines = 20;

    // Room for a whole burst of our own log: what its allowance grants is lost only to a log that is slower still.
    private const int Backlog = 2 * LineAllowance.OwnLogRate;

    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    // Null wakes the writer for a report.
    private readonly Channel<OutputLine?> _lines = Channel.CreateBounded<OutputLine?>(new BoundedChannelOptions(Backlog) { SingleReader = true });
    private readonly RecentLines _recent = new(KeptLines);

    // Not taken, and not dropped yet: they are written if they turn out to be the last.
    private readonly Queue<OutputLine> _tail = new(KeptLines);
    private readonly int _tailLength;
    private readonly Action<OutputLine> _write;
    private readonly Action<int> _reportDropped;
    private readonly LineAllowance _allowance;
    private readonly FloodBrake? _brake;
    private readonly ITimer _reportTimer;
    private readonly TimeProvider _time;
    private int _dropped;
    private volatile bool _isReportDue;
    private volatile bool _isStuck;

    private OutputRelay(Action<OutputLine> write, Action<int> reportDropped, LineAllowance allowance, TimeProvider time, bool isOneShot)
    {
        (_write, _reportDropped, _allowance, _time) = (write, reportDropped, allowance, time);
        (_brake, _tailLength) = isOneShot ? (null, KeptLines) : (new FloodBrake(time), 0);
        _reportTimer = time.CreateTimer(_ => AskForReport(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public IReadOnlyList<string> LastLines => _recent.ToList();

    /// <summary>Completes when both streams ended and every kept line is in the log.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <param name="isOneShot">The process ends by itself: it is never held up, and its last lines are written also where those before them were dropped.</param>
    public static OutputRelay Start(
        Stream output, Stream error, Action<OutputLine> write, Action<int> reportDropped, LineAllowance allowance, TimeProvider time, CancellationToken cancellationToken, bool isOneShot = false)
    {
        var relay = new OutputRelay(write, reportDropped, allowance, time, isOneShot);
        relay.Completion = Task.WhenAll(relay.ReadBothAsync(output, error, cancellationToken), relay.WriteAsync());
        return relay;
    }

    private async Task ReadBothAsync(Stream output, Stream error, CancellationToken cancellationToken)
    {
        await Task.WhenAll(ReadAsync(output, "stdout", cancellationToken), ReadAsync(error, "stderr", cancellationToken));
        _lines.Writer.Complete();
    }

    private async Task ReadAsync(Stream pipe, string stream, CancellationToken cancellationToken)
    {
        var reader = new OutputReader(pipe);
        var splitter = new LineSplitter(MaxLineLength);
        List<string> whole = [];
        try
        {
            while (await reader.ReadAsync(cancellationToken) is { Length: > 0 } text)
            {
                splitter.Feed(text.Span, whole.Add);
                _brake?.Count(splitter.TakeCut());
                foreach (var line in whole)
                {
                    await TakeAsync(stream, line, cancellationToken);
                }

                whole.Clear();
                if (_brake is not null)
                {
                    await _brake.HoldAsync(cancellationToken);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The process is gone, and a stranger that holds its pipe has nothing to tell us.
        }

        splitter.Complete(whole.Add);
        foreach (var line in whole)
        {
            await TakeAsync(stream, line, CancellationToken.None);
        }
    }

    private async ValueTask TakeAsync(string stream, string line, CancellationToken cancellationToken)
    {
        var next = new OutputLine(stream, line);
        if (_allowance.TryTake() && (TryWrite(next) || await WaitAndWriteAsync(next, cancellationToken)))
        {
            DropTail();
        }
        else
        {
            Drop(next);
        }

        // They get into messages.
        _recent.Add(PlainText.Of(line));
    }

    private bool TryWrite(OutputLine line)
    {
        var isTaken = _lines.Writer.TryWrite(line);
        _isStuck &= !isTaken;
        return isTaken;
    }

    // Once the patience is over lines are dropped at once, until the writer goes on.
    private async ValueTask<bool> WaitAndWriteAsync(OutputLine line, CancellationToken cancellationToken)
    {
        try
        {
            while (!_isStuck && _allowance.Patience > TimeSpan.Zero && await _lines.Writer.WaitToWriteAsync(cancellationToken).AsTask().WaitAsync(_allowance.Patience, _time, cancellationToken))
            {
                if (TryWrite(line))
                {
                    return true;
                }
            }
        }
        catch (TimeoutException)
        {
            _isStuck = true;
        }

        return false;
    }

    private void Drop(OutputLine line)
    {
        lock (_tail)
        {
            _tail.Enqueue(line);
            if (_tail.Count <= _tailLength)
            {
                return;
            }

            line = _tail.Dequeue();
        }

        _brake?.CountLine(line.Text);
        CountDropped(1);
    }

    private void DropTail()
    {
        int count;
        lock (_tail)
        {
            count = _tail.Count;
            _tail.Clear();
        }

        CountDropped(count);
    }

    private void CountDropped(int count)
    {
        if (count > 0 && Interlocked.Add(ref _dropped, count) == count)
        {
            _reportTimer.Change(ReportInterval, Timeout.InfiniteTimeSpan);
        }
    }

    // The writer reports, not the timer: a stuck log would hold one more thread each second. A full backlog wakes it anyway.
    private void AskForReport()
    {
        _isReportDue = true;
        _lines.Writer.TryWrite(null);
    }

    private async Task WriteAsync()
    {
        await foreach (var next in _lines.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (_isReportDue)
            {
                ReportDropped();
            }

            if (next is { } line)
            {
                _write(line);
            }
        }

        await _reportTimer.DisposeAsync();
        ReportDropped();
        foreach (var line in _tail)
        {
            _write(line);
        }
    }

    private void ReportDropped()
    {
        _isReportDue = false;
        if (Interlocked.Exchange(ref _dropped, 0) is var count and > 0)
        {
            _reportDropped(count);
        }
    }
}
