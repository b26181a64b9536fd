using System.Globalization;

namespace ProxyGroups.Configuration;

/// <summary>Collects what is wrong in one section; each method is one kind of rule.</summary>
internal sealed class Checks(string path, List<SettingsError> errors)
{
    public Checks Section(string key) => new($"{path}:{key}", errors);

    public void Fail(string key, string? value, string message, string remedy) => errors.Add(new($"{path}:{key}", value, message, remedy));

    public void Require(bool valid, string key, string? value, string message, string remedy)
    {
        if (!valid)
        {
            Fail(key, value, message, remedy);
        }
    }

    public void Range(string key, int? value, (long Min, long Max) range)
    {
        if (value is { } number)
        {
            Require(number >= range.Min && number <= range.Max, key, number.ToString(CultureInfo.InvariantCulture),
                $"is {(number < range.Min ? "below" : "above")} what is allowed",
                string.Create(CultureInfo.InvariantCulture, $"Write a whole number from {range.Min} to {range.Max}."));
        }
    }

    public void Size(string key, long value, (long Min, long Max) range) => Require(
        value >= range.Min && value <= range.Max, key, SizeText.Format(value), "is not within what is held in memory per request",
        $"Write \"off\", or up to \"{SizeText.Format(range.Max)}\".");

    public void Duration(string key, TimeSpan value, bool mayBeOff)
    {
        var text = DurationText.Format(value);
        if (value == Timeout.InfiniteTimeSpan)
        {
            Require(mayBeOff, key, text, "cannot be switched off: nothing may hang for ever", "Write a duration below \"49d\".");
            return;
        }

        Require(value > TimeSpan.Zero, key, text, "is not above zero", mayBeOff ? "Write \"1ms\" or more, or \"off\"." : "Write \"1ms\" or more.");
        Require(value < DurationText.Ceiling, key, text, "is too long: timers end at 49 days", "Write less than \"49d\".");
    }

    public void UrlPath(string key, string? value) => Require(
        value is null || (value.StartsWith('/') && !value.StartsWith("//", StringComparison.Ordinal) && value.All(c => c is > ' ' and <= '~' and not ('?' or '#'))),
        key, value, "is not an absolute path", "Write a path that begins with \"/\", without query, such as \"/health\".");

    /// <summary>For texts of records built in code; files cannot hold these.</summary>
    public void Text(string key, string? value) => Require(
        value is null || (value.Length > 0 && !value.Contains('\0')), key, value, "is empty or holds a zero byte", "Write a text, or null for the default.");
}
