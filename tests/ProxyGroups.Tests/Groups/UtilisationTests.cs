using ProxyGroups.Groups;
using ProxyGroups.Scheduling;

namespace ProxyGroups.Tests.Groups;

public sealed class UtilisationTests
{
    [Fact]
    public void After_the_start_it_is_that_of_the_time_since()
    {
        var marks = new UtilisationMarks();
        Assert.Equal(new Utilisation(null, null), marks.Read(default));
        Assert.Equal(new Utilisation(0.25, 0.25), marks.Read(Totals(40, 10)));
    }

    [Fact]
    public void The_last_minute_and_the_last_fifteen_are_told_apart_and_what_is_older_is_forgotten()
    {
        var marks = new UtilisationMarks();
        // An hour of four busy slots, then fourteen idle minutes, then a busy one.
        var (offered, held) = (0, 0);
        for (var quarter = 1; quarter <= 300; quarter++)
        {
            offered += 4 * 15;
            held += quarter is <= 240 or > 296 ? 4 * 15 : 0;
            marks.Add(Totals(offered, held));
        }

        var read = marks.Read(Totals(offered, held));
        Assert.Equal(1, read.OneMinute);
        Assert.Equal(3d / 59, read.FifteenMinutes!.Value, 1);
    }

    [Fact]
    public void Without_slots_there_is_none() => Assert.Null(Utilisation.Between(Totals(40, 10), Totals(40, 10)));

    private static SlotTotals Totals(int offered, int held) => new(TimeSpan.FromSeconds(offered), TimeSpan.FromSeconds(held));
}
