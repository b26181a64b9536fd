using System.Threading.Channels;

namespace ProxyGroups.Supervision;

/// <summary>
/// Carries a worker's output to the log line by line. Reading never waits for the log: lines beyond a bounded backlog are
/// dropped and counted, so that neither a slow log blocks the worker nor a flood grows our memory.
/// <para>Owned by <see cref="WorkerProcess"/>; ends with the streams, or when it is cancelled.</para>
/// </summary>
internal sealed class OutputRelay
{
    public const int MaxLineLength = 8 * 1024;
    public const int KeptLines = 20;
    private const int Backlog = 512;

    private readonly Channel<OutputLine> _lines = Channel.CreateBounded<OutputLine>(new BoundedChannelOptions(Backlog) { SingleReader = true });
    private readonly RecentLines _recent = new(KeptLines);
    private readonly Action<OutputLine> _write;
    private readonly Action<int> _reportDropped;
    private int _dropped;

    private OutputRelay(Action<OutputLine> write, Action<int> reportDropped) => (_write, _reportDropped) = (write, reportDropped);

    public IReadOnlyList<string> LastLines => _recent.ToList();

    /// <summary>Completes when both streams ended and every kept line is in the log.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public static OutputRelay Start(TextReader output, TextReader error, Action<OutputLine> write, Action<int> reportDropped, CancellationToken cancellationToken)
    {
        var relay = new OutputRelay(write, reportDropped);
        relay.Completion = Task.WhenAll(relay.ReadBothAsync(output, error, cancellationToken), relay.WriteAsync());
        return relay;
    }

    private async Task ReadBothAsync(TextReader output, TextReader error, CancellationToken cancellationToken)
    {
        await Task.WhenAll(ReadAsync(output, "stdout", cancellationToken), ReadAsync(error, "stderr", cancellationToken));
        _lines.Writer.Complete();
    }

    private async Task ReadAsync(TextReader reader, string stream, CancellationToken cancellationToken)
    {
        var buffer = new char[4096];
        var splitter = new LineSplitter(MaxLineLength);
        try
        {
            while (await reader.ReadAsync(buffer, cancellationToken) is var count and > 0)
            {
                splitter.Feed(buffer.AsSpan(0, count), line => Take(stream, line));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The process is gone, and a stranger that holds its pipe has nothing to tell us.
        }

        splitter.Complete(line => Take(stream, line));
    }

    private void Take(string stream, string line)
    {
        _recent.Add(line);
        if (!_lines.Writer.TryWrite(new(stream, line)))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    private async Task WriteAsync()
    {
        await foreach (var line in _lines.Reader.ReadAllAsync(CancellationToken.None))
        {
            ReportDropped();
            _write(line);
        }

        ReportDropped();
    }

    private void ReportDropped()
    {
        if (Interlocked.Exchange(ref _dropped, 0) is var count and > 0)
        {
            _reportDropped(count);
        }
    }
}
