using System.Globalization;

namespace ProxyGroups.Configuration;

/// <summary>Strict reading of whole numbers, switches and plain texts.</summary>
internal static class ScalarText
{
    public static Parsed<int> WholeNumber(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && text[0] != '+'
            ? Parsed.Ok(value)
            : Parsed.Error<int>("is not a whole number", "Write digits only, such as 4.");

    public static Parsed<int?> WholeNumberOrOff(string text) =>
        text == DurationText.Off ? Parsed.Ok<int?>(null) : WholeNumber(text).Select(number => (int?)number);

    public static Parsed<double> Share(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? Parsed.Ok(value)
            : Parsed.Error<double>("is not a share", "Write a number such as 0.1.");

    public static Parsed<double> Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? Parsed.Ok(value)
            : Parsed.Error<double>("is not a number", "Write a number such as 1.5.");

    public static Parsed<bool> Switch(string text) =>
        bool.TryParse(text, out var value) && text.Length == text.Trim().Length
            ? Parsed.Ok(value)
            : Parsed.Error<bool>("is neither true nor false", "Write true or false.");

    public static Parsed<string> Text(string text) =>
        text.Length == 0 || text.Contains('\0')
            ? Parsed.Error<string>("is empty or holds a zero byte", "Write a text, or null for the default.")
            : Parsed.Ok(text);

    public static Parsed<LauncherKind> Launcher(string text) => text.ToUpperInvariant() switch
    {
        "AUTO" => Parsed.Ok(LauncherKind.Auto),
        "LINUX" => Parsed.Ok(LauncherKind.Linux),
        "PLAIN" => Parsed.Ok(LauncherKind.Plain),
        _ => Parsed.Error<LauncherKind>("is no launcher", "Write \"auto\", \"linux\" or \"plain\"."),
    };

    public static Parsed<AccessLogFormat> AccessLogFormat(string text) => text.ToUpperInvariant() switch
    {
        "OFF" => Parsed.Ok(Configuration.AccessLogFormat.Off),
        "COMMON" => Parsed.Ok(Configuration.AccessLogFormat.Common),
        "COMBINED" => Parsed.Ok(Configuration.AccessLogFormat.Combined),
        "JSON" => Parsed.Ok(Configuration.AccessLogFormat.Json),
        _ => Parsed.Error<AccessLogFormat>("is no format of an access log", LogRules.WriteAFormat),
    };
}
