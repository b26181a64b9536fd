using System.Globalization;
using System.Text.RegularExpressions;

namespace ProxyGroups.Configuration;

/// <summary>
/// Durations as people write them: <c>500ms 30s 5m 1h 1d</c>, fractions, or <c>hh:mm:ss</c>; <c>off</c> is
/// <see cref="Timeout.InfiniteTimeSpan"/>. A bare number is refused, because .NET reads <c>30</c> as 30 days,
/// and so are hours of 24 and more, because .NET reads <c>24:00:00</c> as 24 days.
/// </summary>
internal static partial class DurationText
{
    public const string Off = "off";

    /// <summary>JSON schema pattern of everything that <see cref="Parse"/> may accept.</summary>
    public const string Pattern = @"^(off|[0-9]+(\.[0-9]+)?(ms|s|m|h|d)|[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?)$";

    /// <summary>Exclusive: the timers of .NET end at 2^32 - 2 milliseconds, 49.7 days.</summary>
    public static readonly TimeSpan Ceiling = TimeSpan.FromDays(49);

    private const string HowTo = "Write a number with a unit, such as \"500ms\", \"30s\", \"5m\", \"1h\" or \"1d\", or hh:mm:ss.";

    private static readonly (string Name, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond), ("ms", TimeSpan.TicksPerMillisecond),
    ];

    public static Parsed<TimeSpan> Parse(string text)
    {
        if (text == Off)
        {
            return Parsed.Ok(Timeout.InfiniteTimeSpan);
        }

        if (WithUnit().Match(text) is { Success: true } match)
        {
            return FromUnit(match.Groups[1].Value, match.Groups[2].Value);
        }

        return Clock().Match(text) is { Success: true } clock ? FromClock(clock) : Parsed.Error<TimeSpan>(
            BareNumber().IsMatch(text) ? "has no unit" : "is not a duration",
            BareNumber().IsMatch(text) ? $"Write \"{text}s\" for seconds, or another unit: ms, s, m, h, d." : HowTo);
    }

    /// <summary>The shortest text that reads back as the same duration.</summary>
    public static string Format(TimeSpan value)
    {
        if (value == Timeout.InfiniteTimeSpan)
        {
            return Off;
        }

        foreach (var (name, ticks) in Units)
        {
            if (value.Ticks != 0 && value.Ticks % ticks == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / ticks}{name}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(decimal)value.Ticks / TimeSpan.TicksPerSecond}s");
    }

    private static Parsed<TimeSpan> FromUnit(string number, string unit)
    {
        var factor = Array.Find(Units, candidate => candidate.Name == unit).Ticks;
        var ticks = decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count < long.MaxValue / factor ? count * factor : decimal.MaxValue;
        return ticks >= Ceiling.Ticks ? TooLong() : Parsed.Ok(TimeSpan.FromTicks((long)ticks));
    }

    private static Parsed<TimeSpan> FromClock(Match clock)
    {
        int Part(int group) => int.Parse("0" + clock.Groups[group].Value, CultureInfo.InvariantCulture);
        var (days, hours, minutes, seconds) = (Part(1), Part(2), Part(3), Part(4));
        if (minutes > 59 || seconds > 59)
        {
            return Parsed.Error<TimeSpan>("has more than 59 minutes or seconds", HowTo);
        }

        var fraction = clock.Groups[5].Value.PadRight(7, '0');
        var value = new TimeSpan(days, hours, minutes, seconds) + TimeSpan.FromTicks(long.Parse(fraction, CultureInfo.InvariantCulture));
        if (value >= Ceiling)
        {
            return TooLong();
        }

        return days > 0 || hours > 23 || clock.Groups[1].Success
            ? Parsed.Error<TimeSpan>("is ambiguous: hh:mm:ss ends at 23:59:59", $"Write \"{Format(value)}\".")
            : Parsed.Ok(value);
    }

    private static Parsed<TimeSpan> TooLong() =>
        Parsed.Error<TimeSpan>("is too long: timers end at 49 days", "Write less than \"49d\".");

    [GeneratedRegex(@"^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)$")]
    private static partial Regex WithUnit();

    [GeneratedRegex(@"^(?:([0-9]{1,4})\.)?([0-9]{1,4}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,7}))?$")]
    private static partial Regex Clock();

    [GeneratedRegex(@"^[0-9]+(\.[0-9]+)?$")]
    private static partial Regex BareNumber();
}
