using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Supervision;

public sealed class KeptLinesTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 25, 0, 0, 0, TimeSpan.Zero));
    private readonly KeptLines _lines;

    public KeptLinesTests() => _lines = new KeptLines(_time);

    [Fact]
    public void The_last_lines_of_each_group_are_kept_and_come_in_the_order_of_their_writing()
    {
        Add("loud", LineRing.MostLines + 5);
        Add("quiet", 1);
        Add("loud", 1, "last");
        var all = _lines.Last(null, 0, int.MaxValue);
        Assert.Equal(LineRing.MostLines + 1, all.Count);
        Assert.Equal(all.Select(static line => line.Id).Order(), all.Select(static line => line.Id));
        Assert.Equal(["loud", "quiet", "loud"], all.TakeLast(3).Select(static line => line.Group));
        Assert.Equal("6", all[0].Text);
        Assert.Equal(["0"], _lines.Last(Of("QUIET"), 0, 10).Select(static line => line.Text));
        Assert.Equal(["last"], _lines.Last(Of("loud"), 0, 1).Select(static line => line.Text));
        Assert.Equal(["last"], _lines.Last(null, all[^2].Id, 10).Select(static line => line.Text));
        Assert.Empty(_lines.Last(null, 0, 0));
    }

    [Fact]
    public void Who_comes_with_an_id_of_an_earlier_life_gets_all_also_where_the_clock_was_set_back_meanwhile()
    {
        Add("loud", 2);
        var next = new KeptLines(new FakeTimeProvider(_time.GetUtcNow() - TimeSpan.FromHours(1)));
        next.Add("loud", 0, 1, 1, "stdout", "again");
        Assert.Equal(["again"], next.Last(null, _lines.Last(null, 0, 1)[0].Id, 10).Select(static line => line.Text));
    }

    [Fact]
    public void Long_lines_are_bounded_by_their_size()
    {
        var length = LineRing.MostCharacters / 4;
        for (var number = 0; number < 10; number++)
        {
            _lines.Add("loud", 0, 1, 1, "stdout", new string('x', length));
        }

        Assert.Equal(4, _lines.Last(null, 0, int.MaxValue).Count);
    }

    [Fact]
    public void A_reader_that_is_too_slow_loses_lines_and_is_told_how_many()
    {
        using var slow = _lines.Follow(Of("loud"), 0, 10);
        Add("quiet", 10);
        Add("loud", LineFollower.Backlog + 7);
        Assert.Equal((7, 0), (slow.TakeLost(), slow.TakeLost()));
        Assert.True(slow.Coming.TryRead(out var first));
        Assert.Equal("0", first.Text);
        Add("loud", 2);
        Assert.Equal(1, slow.TakeLost());
    }

    [Fact]
    public void A_follower_gets_what_was_kept_then_each_that_comes_of_its_groups_and_ends_with_the_front_door()
    {
        Add("one", 3);
        using var follower = _lines.Follow(Of("one"), 0, 2);
        Assert.Equal(["1", "2"], follower.Kept.Select(static line => line.Text));
        Add("two", 1);
        Add("one", 1, "mine");
        follower.Groups = Of("two");
        Add("one", 1, "no more");
        Add("two", 1, "mine too");
        _lines.Close();
        foreach (var text in new[] { "mine", "mine too" })
        {
            Assert.True(follower.Coming.TryRead(out var line));
            Assert.Equal(text, line.Text);
        }

        Assert.True(follower.Coming.Completion.IsCompletedSuccessfully);
        using var late = _lines.Follow(null, 0, 1);
        Assert.True(late.Coming.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_new_group_begins_without_the_lines_of_a_removed_one_of_its_name()
    {
        Add("one", 3);
        _lines.Forget("ONE");
        Assert.Empty(_lines.Last(null, 0, 10));
    }

    private static HashSet<string> Of(string group) => new([group], StringComparer.OrdinalIgnoreCase);

    private void Add(string group, int count, string? text = null)
    {
        for (var number = 0; number < count; number++)
        {
            _lines.Add(new WorkerIdentity(group, 1, 0, 1), 4711, new OutputLine("stdout", text ?? $"{number}"));
        }
    }
}
