using System.Text;
using ProxyGroups.Configuration;
using ProxyGroups.Proxying.Access;

namespace ProxyGroups.Tests.Proxying.Access;

public sealed class AccessBatchTests
{
    private readonly WaitingLines _waiting = new();
    private readonly AccessLogSettings _settings = new() { Format = AccessLogFormat.Common };

    [Fact]
    public void Lines_are_made_of_what_waits_in_its_order_and_once()
    {
        var batch = new AccessBatch(_waiting);
        batch.Add(AccessLogTests.Entry(1), _settings);
        batch.Add(AccessLogTests.Entry(2), _settings);
        Assert.Empty(Targets());
        Assert.Equal(0, batch.MakeLines());
        Assert.Equal([1, 2], Targets());
        Assert.Equal(0, batch.MakeLines());
        Assert.Empty(Targets());
    }

    [Fact]
    public void Each_line_reads_as_the_settings_of_its_request_said()
    {
        var batch = new AccessBatch(_waiting);
        batch.Add(AccessLogTests.Entry(1), _settings);
        batch.Add(AccessLogTests.Entry(2), new() { Format = AccessLogFormat.Json });
        batch.MakeLines();
        Assert.Equal(['-', '{'], Text().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line[0]));
    }

    [Fact]
    public async Task The_first_that_waits_is_announced()
    {
        var batch = new AccessBatch(_waiting);
        var some = _waiting.SomeAsync();
        batch.Add(AccessLogTests.Entry(1), _settings);
        await some.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        batch.MakeLines();
        Targets();
        batch.Add(AccessLogTests.Entry(2), _settings);
        Assert.True(_waiting.SomeAsync().IsCompleted);
    }

    [Fact]
    public void When_few_more_could_wait_whoever_adds_makes_the_lines_and_hears_what_found_no_place()
    {
        var batch = new AccessBatch(_waiting);
        var added = 0;
        for (; Targets().Length == 0; added++)
        {
            Assert.Equal(0, batch.Add(AccessLogTests.Entry(added), _settings));
        }

        Assert.InRange(added, 2, 64);
        for (var length = 1000; length > 0;)
        {
            length = _waiting.TryAdd(new byte[length]) ? length : length / 10;
        }

        Assert.Equal(added, Enumerable.Range(0, added).Sum(number => batch.Add(AccessLogTests.Entry(number), _settings)));
    }

    [Fact]
    public async Task Of_what_many_threads_add_while_lines_are_made_each_has_one_line()
    {
        const int Threads = 4, Each = 10_000;
        var batch = new AccessBatch(_waiting);
        var adding = Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                for (var number = 0; number < Each; number++)
                {
                    Assert.Equal(0, batch.Add(AccessLogTests.Entry((thread * Each) + number), _settings));
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        var targets = new List<int>();
        while (!adding.IsCompleted)
        {
            await Task.WhenAny(adding, _waiting.SomeAsync());
            Assert.Equal(0, batch.MakeLines());
            targets.AddRange(Targets());
        }

        await adding;
        batch.MakeLines();
        targets.AddRange(Targets());
        Assert.Equal(Enumerable.Range(0, Threads * Each), targets.Order());
    }

    private int[] Targets() => [.. Text().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => int.Parse(line.Split('/', ' ').SkipWhile(static word => word != "\"GET").ElementAt(2), provider: null))];

    private string Text()
    {
        var text = new StringBuilder();
        while (_waiting.TryTake(out var lump))
        {
            text.Append(Encoding.ASCII.GetString(lump.Bytes));
            _waiting.Return(lump);
        }

        return text.ToString();
    }
}
