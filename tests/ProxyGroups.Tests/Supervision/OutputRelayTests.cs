using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Supervision;
using Xunit;

namespace ProxyGroups.Tests.Supervision;

/// <summary>How much of a worker's output reaches the log.</summary>
public sealed class OutputRelayTests : IDisposable
{
    private readonly PatienceClock _time = new();
    private readonly Pipe _worker = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly List<string> _written = [];
    private readonly List<int> _dropped = [];
    private int _printed;

    public void Dispose() => _worker.Writer.Complete();

    [Fact(Timeout = 10_000)]
    public async Task A_flood_is_cut_to_the_rate_and_the_rest_counted_each_second()
    {
        var relay = Start();
        await PrintAsync(relay, 3000);
        await UntilAsync(() => Count(_written) == 2000);
        Assert.Equal(0, Count(_dropped));
        _time.Advance(TimeSpan.FromMilliseconds(999));
        await PrintAsync(relay, 1500);
        await UntilAsync(() => Count(_written) == 2999);
        Assert.Equal(0, Count(_dropped));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await UntilAsync(() => Count(_dropped) == 1);
        await PrintAsync(relay, 11);
        await _worker.Writer.CompleteAsync();
        await relay.Completion.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal([1501, 10], _dropped);
        Assert.Equal(3000, _written.Count);
        Assert.Equal(Enumerable.Range(_printed - OutputRelay.KeptLines, OutputRelay.KeptLines).Select(Name), relay.LastLines);
    }

    [Fact(Timeout = 10_000)]
    public async Task The_drops_are_told_though_the_worker_falls_silent()
    {
        var relay = Start();
        await PrintAsync(relay, 2005);
        _time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => Count(_dropped) == 1);
        await _worker.Writer.CompleteAsync();
        await relay.Completion.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal([5], _dropped);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_steady_writer_within_the_rate_loses_nothing()
    {
        var relay = Start();
        for (var second = 0; second < 10; second++)
        {
            await PrintAsync(relay, LineAllowance.OwnLogRate);
            await UntilAsync(() => Count(_written) == _printed);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await _worker.Writer.CompleteAsync();
        await relay.Completion.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Empty(_dropped);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_stuck_file_holds_the_worker_up_for_a_second_and_no_longer()
    {
        using var stuck = new ManualResetEventSlim();
        var relay = OutputRelay.Start(_worker.Reader.AsStream(), Stream.Null, line => { stuck.Wait(); Add(_written, line.Text); }, count => Add(_dropped, count), LineAllowance.OfFile(_time), _time, TestContext.Current.CancellationToken);
        await FeedAsync(string.Concat(Enumerable.Range(0, 3000).Select(line => Name(line) + "\n")));
        await UntilAsync(() => relay.LastLines is [.., var last] && last == Name(2000));
        await _time.SecondBegun;
        _time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => relay.LastLines is [.., var last] && last == Name(2999));
        stuck.Set();
        await _worker.Writer.CompleteAsync();
        await relay.Completion.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((2001, 999), (_written.Count, _dropped.Sum()));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_file_that_goes_on_loses_nothing_of_a_burst()
    {
        using var stuck = new ManualResetEventSlim();
        var relay = OutputRelay.Start(_worker.Reader.AsStream(), Stream.Null, line => { stuck.Wait(); Add(_written, line.Text); }, count => Add(_dropped, count), LineAllowance.OfFile(_time), _time, TestContext.Current.CancellationToken);
        await FeedAsync(string.Concat(Enumerable.Range(0, 30_000).Select(line => Name(line) + "\n")));
        await UntilAsync(() => relay.LastLines is [.., var last] && last == Name(2000));
        stuck.Set();
        await _worker.Writer.CompleteAsync();
        await relay.Completion.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 30_000).Select(Name), _written);
        Assert.Empty(_dropped);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_line_without_an_end_is_held_up_as_a_flood()
    {
        var relay = Start();
        await FeedAsync(new string('x', FloodBrake.Allowance + (2 * OutputRelay.MaxLineLength)));
        await FeedAsync("\nnext\n");
        await UntilAsync(() => _time.Timers > 1 || relay.LastLines.Count > 0);
        Assert.Empty(relay.LastLines);
        _time.Advance(FloodBrake.Interval);
        await UntilAsync(() => relay.LastLines is [_, "next"]);
        await _worker.Writer.CompleteAsync();
        await relay.Completion.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact(Timeout = 10_000)]
    public async Task What_ends_by_itself_is_not_held_up_and_its_first_and_last_lines_are_written_and_the_rest_counted()
    {
        var relay = OutputRelay.Start(_worker.Reader.AsStream(), Stream.Null, line => Add(_written, line.Text), count => Add(_dropped, count), LineAllowance.OfOwnLog(_time), _time, TestContext.Current.CancellationToken, isOneShot: true);
        await PrintAsync(relay, 5000);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await FeedAsync(new string('x', 2 * FloodBrake.Allowance) + "\n");
        await PrintAsync(relay, 10_000);
        await _worker.Writer.CompleteAsync();
        await relay.Completion.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, _time.Timers);
        Assert.Equal([.. Enumerable.Range(0, 2000).Select(Name)], _written[..2000]);
        Assert.EndsWith("[cut]", _written[2000], StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(_printed - OutputRelay.KeptLines, OutputRelay.KeptLines).Select(Name), _written[2001..]);
        Assert.Equal(_printed + 1 - _written.Count, _dropped.Sum());
    }

    private OutputRelay Start() => OutputRelay.Start(_worker.Reader.AsStream(), Stream.Null, line => Add(_written, line.Text), count => Add(_dropped, count), LineAllowance.OfOwnLog(_time), _time, TestContext.Current.CancellationToken);

    private async Task PrintAsync(OutputRelay relay, int lines)
    {
        await FeedAsync(string.Concat(Enumerable.Range(_printed, lines).Select(line => Name(line) + "\n")));
        _printed += lines;
        await UntilAsync(() => relay.LastLines is [.., var last] && last == Name(_printed - 1));
    }

    private async Task FeedAsync(string text) => await _worker.Writer.WriteAsync(Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);

    private static string Name(int line) => line.ToString(CultureInfo.InvariantCulture);

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static void Add<T>(List<T> list, T item)
    {
        lock (list)
        {
            list.Add(item);
        }
    }

    private static int Count<T>(List<T> list)
    {
        lock (list)
        {
            return list.Count;
        }
    }

    /// <summary>Counts the timers; tells when somebody begins to wait for a second: time that passes before that would be missed.</summary>
    private sealed class PatienceClock : FakeTimeProvider
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private int _timers;

        /// <summary>Who waits has made one; the relay's report is the first.</summary>
        public int Timers => Volatile.Read(ref _timers);

        public Task SecondBegun => _begun.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _timers);
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == TimeSpan.FromSeconds(1))
            {
                _begun.TrySetResult();
            }

            return timer;
        }
    }
}
