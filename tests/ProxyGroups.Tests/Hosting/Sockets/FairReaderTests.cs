using System.IO.Pipelines;
using ProxyGroups.Hosting.Sockets;
using ProxyGroups.Scheduling;
using Xunit;

namespace ProxyGroups.Tests.Hosting.Sockets;

/// <summary>
/// How many reads in a row stay on the thread that they began on. A hop that the pool has made before it is awaited keeps the thread,
/// so a row may be several times sixteen.
/// </summary>
public sealed class FairReaderTests
{
    private const int Row = 16;
    private const int Many = 1_000;

    private readonly Pipe _pipe = new();
    private readonly FairReader _reader;

    public FairReaderTests() => _reader = new FairReader(_pipe.Reader);

    [Fact]
    public async Task Reads_in_a_row_that_find_something_leave_the_loop_with_the_sixteenth()
    {
        Write();
        Assert.Equal(Row - 1, await OnThreadAsync(isLoop: true, () => CountAsync(Many)) % Row);
    }

    [Fact]
    public async Task A_read_that_finds_nothing_begins_the_row_anew()
    {
        Write();
        Assert.Equal(Row - 1, await OnThreadAsync(isLoop: true, async () =>
        {
            await CountAsync(Row - 1);
            _reader.AdvanceTo((await _pipe.Reader.ReadAsync()).Buffer.End);
            var waiting = _reader.ReadAsync();
            Assert.False(waiting.IsCompleted);
            Write();
            _reader.AdvanceTo((await waiting).Buffer.Start);
            return await CountAsync(Many);
        }) % Row);
    }

    [Fact]
    public async Task Elsewhere_they_go_on()
    {
        Write();
        Assert.Equal(Many, await OnThreadAsync(isLoop: false, () => CountAsync(Many)));
    }

    private void Write()
    {
        _pipe.Writer.GetSpan(1)[0] = 1;
        _pipe.Writer.Advance(1);
        _ = _pipe.Writer.FlushAsync().AsTask();
    }

    private async Task<int> CountAsync(int most)
    {
        var thread = Thread.CurrentThread;
        for (var read = 0; read < most; read++)
        {
            var result = await _reader.ReadAsync();
            _reader.AdvanceTo(result.Buffer.Start);
            if (Thread.CurrentThread != thread)
            {
                return read;
            }
        }

        return most;
    }

    // A thread of its own: the pool might bring a hop back to one of its threads.
    private static Task<int> OnThreadAsync(bool isLoop, Func<Task<int>> reads)
    {
        var done = new TaskCompletionSource<Task<int>>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            LoopThread.Current = isLoop ? new LoopThread() : null;
            done.SetResult(reads());
        }).UnsafeStart();
        return done.Task.Unwrap();
    }
}
