using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Groups;

namespace ProxyGroups.Tests.Groups;

public sealed class HistoryTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 25, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void The_last_thousand_are_kept_and_who_asks_for_older_ones_is_told_of_the_gap()
    {
        var history = new History(_time);
        var start = history.Newest;
        Add(history, 1005);
        Assert.Equal(start + 1005, history.Newest);
        Assert.Equal(Enumerable.Range(5, 1000).Select(static number => $"{number}"), history.Since(0).Select(static entry => entry.Text));
        Assert.Equal(["1004"], history.Since(start + 1004).Select(static entry => entry.Text));
        Assert.Empty(history.Since(start + 1005));
        var late = history.Since(start + 2);
        Assert.Equal((HistoryKind.Gap, start + 5, 1001), (late[0].Kind, late[0].Id, late.Count));
        Assert.Equal(HistoryKind.Command, history.Since(start + 5)[0].Kind);
    }

    [Fact]
    public void An_id_of_an_earlier_life_of_the_front_door_is_older_than_all_of_the_next()
    {
        var earlier = new History(_time);
        Add(earlier, 3);
        _time.Advance(TimeSpan.FromSeconds(1));
        var next = new History(_time);
        Add(next, 2);
        Assert.Equal([HistoryKind.Gap, HistoryKind.Command, HistoryKind.Command], next.Since(earlier.Newest).Select(static entry => entry.Kind));
    }

    [Fact]
    public void Also_where_the_clock_was_set_back_meanwhile()
    {
        var earlier = new History(_time);
        Add(earlier, 3);
        var next = new History(new FakeTimeProvider(_time.GetUtcNow() - TimeSpan.FromHours(1)));
        Add(next, 2);
        Assert.Equal([HistoryKind.Gap, HistoryKind.Command, HistoryKind.Command], next.Since(earlier.Newest).Select(static entry => entry.Kind));
        Assert.Empty(next.Since(next.Newest));
    }

    [Fact]
    public void A_follower_gets_what_was_kept_then_each_that_comes_and_ends_with_the_history()
    {
        var history = new History(_time);
        Add(history, 2);
        using var follower = history.Follow(0);
        using var newcomer = history.Follow(null);
        Add(history, 1);
        history.Close();
        Assert.Equal(["0", "1"], follower.Kept.Select(static entry => entry.Text));
        Assert.Empty(newcomer.Kept);
        foreach (var one in new[] { follower, newcomer })
        {
            Assert.True(one.Coming.TryRead(out var entry));
            Assert.Equal(history.Newest, entry.Id);
            Assert.True(one.Coming.Completion.IsCompletedSuccessfully);
            Assert.False(one.IsCutOff);
        }

        using var late = history.Follow(0);
        Assert.Equal((3, true), (late.Kept.Count, late.Coming.Completion.IsCompleted));
    }

    [Fact]
    public void Who_does_not_read_is_cut_off_and_the_others_go_on()
    {
        var history = new History(_time);
        using var slow = history.Follow(null);
        using var quick = history.Follow(null);
        for (var number = 0; number < 1001; number++)
        {
            Add(history, 1);
            Assert.True(quick.Coming.TryRead(out _));
        }

        Assert.True(slow.IsCutOff);
        Assert.False(quick.IsCutOff);
        Add(history, 1);
        Assert.True(quick.Coming.TryRead(out _));
    }

    private static void Add(History history, int count)
    {
        for (var number = 0; number < count; number++)
        {
            history.Add(new HistoryEntry(HistoryKind.Command, $"{number}"));
        }
    }
}
