using ProxyGroups.Groups;

namespace ProxyGroups.Tests.Groups;

public sealed class AnswerCountsTests
{
    private readonly AnswerCounts _counts = new();

    [Fact]
    public void Only_codes_that_were_answered_are_told()
    {
        Assert.Empty(_counts.Read());
        foreach (var status in (int[])[200, 404, 200, 999, 0, -1, 1000])
        {
            _counts.Count(status);
        }

        Assert.Equal([(0, 1L), (200, 2L), (404, 1L), (999, 1L)], _counts.Read());
    }

    [Fact]
    public void None_is_lost_between_threads()
    {
        Parallel.For(0, 100_000, number => _counts.Count(200 + (number % 4)));
        Assert.Equal([25_000L, 25_000, 25_000, 25_000], _counts.Read().Select(static answers => answers.Count));
    }
}
