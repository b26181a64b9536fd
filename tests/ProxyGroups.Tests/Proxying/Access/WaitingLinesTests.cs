using System.Text;
using ProxyGroups.Proxying.Access;

namespace ProxyGroups.Tests.Proxying.Access;

public sealed class WaitingLinesTests
{
    private readonly WaitingLines _lines = new();

    [Fact]
    public void Lumps_are_of_whole_lines_and_stay_small()
    {
        var line = Encoding.ASCII.GetBytes(new string('x', 999) + "\n");
        for (var number = 0; number < 100; number++)
        {
            Assert.True(_lines.TryAdd(line));
        }

        var taken = TakeAll();
        Assert.Equal(100, taken.Sum(static lump => lump.Lines));
        Assert.All(taken, static lump => Assert.InRange(lump.Bytes, 1, AccessLump.MostBytes));
        Assert.All(taken, static lump => Assert.Equal(1000 * lump.Lines, lump.Bytes));
    }

    [Fact]
    public async Task Whoever_waits_hears_of_the_first_line_and_waits_again_once_all_are_taken()
    {
        var some = _lines.SomeAsync();
        Assert.False(some.IsCompleted);
        _lines.TryAdd("one\n"u8);
        await some.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.True(_lines.SomeAsync().IsCompleted);
        TakeAll();
        Assert.False(_lines.SomeAsync().IsCompleted);
    }

    [Fact]
    public async Task Whoever_waits_hears_that_lines_are_about_to_come_and_so_does_whoever_was_told_before()
    {
        var some = _lines.SomeAsync();
        _lines.Announce();
        await some.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.False(_lines.SomeAsync().IsCompleted);
        _lines.Announce();
        _lines.Announce();
        Assert.True(_lines.SomeAsync().IsCompleted);
        Assert.False(_lines.SomeAsync().IsCompleted);
    }

    [Fact]
    public void A_lump_that_is_taken_grows_no_more()
    {
        _lines.TryAdd("one\n"u8);
        Assert.True(_lines.TryTake(out var taken));
        _lines.TryAdd("two\n"u8);
        Assert.Equal("one\n"u8, taken.Bytes);
        Assert.True(_lines.TryTake(out var next));
        Assert.Equal("two\n"u8, next.Bytes);
    }

    [Fact]
    public async Task Of_lines_that_many_threads_add_none_is_torn_or_missing()
    {
        const int Threads = 4, Each = 20_000;
        var adding = Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(() =>
        {
            for (var number = 0; number < Each; number++)
            {
                Assert.True(_lines.TryAdd(Encoding.ASCII.GetBytes($"{thread}:{number}\n")));
            }
        }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        var text = new StringBuilder();
        while (!adding.IsCompleted || _lines.SomeAsync().IsCompleted)
        {
            await Task.WhenAny(adding, _lines.SomeAsync());
            while (_lines.TryTake(out var lump))
            {
                text.Append(Encoding.ASCII.GetString(lump.Bytes));
                _lines.Return(lump);
            }
        }

        await adding;
        var lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (var thread = 0; thread < Threads; thread++)
        {
            // In the order in which the thread added them.
            Assert.Equal(Enumerable.Range(0, Each).Select(number => $"{thread}:{number}"), lines.Where(line => line.StartsWith($"{thread}:", StringComparison.Ordinal)));
        }
    }

    private List<(int Bytes, int Lines)> TakeAll()
    {
        var taken = new List<(int, int)>();
        while (_lines.TryTake(out var lump))
        {
            taken.Add((lump.Bytes.Length, lump.Lines));
            _lines.Return(lump);
        }

        return taken;
    }
}
