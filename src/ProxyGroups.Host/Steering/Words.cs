using System.Globalization;

namespace ProxyGroups.Host.Steering;

/// <summary>Spans of time and quantities as a person says them.</summary>
internal static class Words
{
    /// <summary>A size in memory.</summary>
    public static string OfBytes(long? bytes) => bytes switch
    {
        null => "-",
        >= 10L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 30} GiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB"),
    };

    /// <summary>CPU cores in use.</summary>
    public static string OfCores(double? share) => share is { } cores ? cores.ToString("0.00", CultureInfo.InvariantCulture) : "-";

    public static string OfShare(double? share) => share is { } part ? string.Create(CultureInfo.InvariantCulture, $"{part * 100:0} %") : "-";

    /// <summary>A short time, as precise as it matters.</summary>
    public static string OfSeconds(double seconds) => seconds switch
    {
        < 0.0095 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0.#} ms"),
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0} ms"),
        _ => Of(TimeSpan.FromSeconds(seconds)),
    };

    public static string Of(TimeSpan span) => span switch
    {
        { TotalDays: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalDays} d {span.Hours} h"),
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.Hours} h {span.Minutes} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.Minutes} min {span.Seconds} s"),
        { TotalSeconds: >= 10 } => string.Create(CultureInfo.InvariantCulture, $"{span.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s"),
    };
}
