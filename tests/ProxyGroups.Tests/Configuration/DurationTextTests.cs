using ProxyGroups.Configuration;
using Xunit;

namespace ProxyGroups.Tests.Configuration;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("1.5ms", 1.5)]
    [InlineData("0s", 0)]
    [InlineData("30s", 30_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("5m", 300_000)]
    [InlineData("0.5h", 1_800_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("36h", 129_600_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("48.9d", 4_224_960_000)]
    [InlineData("00:00:30", 30_000)]
    [InlineData("1:02:03", 3_723_000)]
    [InlineData("23:59:59", 86_399_000)]
    [InlineData("00:00:00.25", 250)]
    [InlineData("off", -1)]
    public void A_duration_is_read(string text, double milliseconds)
    {
        var parsed = DurationText.Parse(text);
        Assert.Null(parsed.Problem);
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), parsed.Value);
        Assert.Matches(DurationText.Pattern, text);
    }

    [Theory]
    [InlineData("30", "has no unit", "Write \"30s\" for seconds, or another unit: ms, s, m, h, d.")]
    [InlineData("0", "has no unit", "Write \"0s\" for seconds, or another unit: ms, s, m, h, d.")]
    [InlineData("1.5", "has no unit", "Write \"1.5s\" for seconds, or another unit: ms, s, m, h, d.")]
    [InlineData("24:00:00", "is ambiguous: hh:mm:ss ends at 23:59:59", "Write \"1d\".")]
    [InlineData("36:30:00", "is ambiguous: hh:mm:ss ends at 23:59:59", "Write \"2190m\".")]
    [InlineData("1.00:00:00", "is ambiguous: hh:mm:ss ends at 23:59:59", "Write \"1d\".")]
    [InlineData("0.01:00:00", "is ambiguous: hh:mm:ss ends at 23:59:59", "Write \"1h\".")]
    [InlineData("00:60:00", "has more than 59 minutes or seconds", null)]
    [InlineData("00:00:60", "has more than 59 minutes or seconds", null)]
    [InlineData("49d", "is too long: timers end at 49 days", "Write less than \"49d\".")]
    [InlineData("49.00:00:00", "is too long: timers end at 49 days", "Write less than \"49d\".")]
    [InlineData("99999999999999999999999999999999999999d", "is too long: timers end at 49 days", "Write less than \"49d\".")]
    [InlineData("9223372036854775807ms", "is too long: timers end at 49 days", "Write less than \"49d\".")]
    [InlineData("", "is not a duration", null)]
    [InlineData(" 30s", "is not a duration", null)]
    [InlineData("30 s", "is not a duration", null)]
    [InlineData("30S", "is not a duration", null)]
    [InlineData("-30s", "is not a duration", null)]
    [InlineData("-1", "is not a duration", null)]
    [InlineData("1h30m", "is not a duration", null)]
    [InlineData("5:00", "is not a duration", null)]
    [InlineData("Off", "is not a duration", null)]
    [InlineData("infinite", "is not a duration", null)]
    [InlineData("1e3s", "is not a duration", null)]
    [InlineData("1,5s", "is not a duration", null)]
    [InlineData("٣s", "is not a duration", null)]
    public void Anything_else_is_refused_with_what_to_write(string text, string problem, string? remedy)
    {
        var parsed = DurationText.Parse(text);
        Assert.Equal(problem, parsed.Problem);
        Assert.Equal(remedy ?? "Write a number with a unit, such as \"500ms\", \"30s\", \"5m\", \"1h\" or \"1d\", or hh:mm:ss.", parsed.Remedy);
    }

    [Theory]
    [InlineData(-1, "off")]
    [InlineData(0, "0s")]
    [InlineData(0.5, "0.0005s")]
    [InlineData(1, "1ms")]
    [InlineData(1_500, "1500ms")]
    [InlineData(60_000, "1m")]
    [InlineData(90_000, "90s")]
    [InlineData(7_200_000, "2h")]
    [InlineData(86_400_000, "1d")]
    public void A_duration_is_written_so_that_it_reads_back(double milliseconds, string text)
    {
        var value = TimeSpan.FromMilliseconds(milliseconds);
        Assert.Equal(text, DurationText.Format(value));
        Assert.Equal(value, DurationText.Parse(text).Value);
    }
}
