using System.Globalization;

namespace ProxyGroups.Supervision.Linux;

/// <summary>Pressure of one resource: percent of the last 10 and 60 seconds in which some process waited for it, and the time in all.</summary>
internal sealed record CgroupPressure(double Last10, double Last60, TimeSpan Total)
{
    /// <summary>Reads the line "some" of a pressure file: "some avg10=0.00 avg60=0.00 avg300=0.00 total=0", microseconds.</summary>
    public static CgroupPressure? Parse(string text)
    {
        var fields = text.Split('\n')[0].Split(' ').Select(static field => field.Split('=')).Where(static pair => pair.Length is 2).ToDictionary(static pair => pair[0], static pair => pair[1]);
        return fields.TryGetValue("avg10", out var last10) && fields.TryGetValue("avg60", out var last60) && fields.TryGetValue("total", out var total)
            ? new(double.Parse(last10, CultureInfo.InvariantCulture), double.Parse(last60, CultureInfo.InvariantCulture), TimeSpan.FromMicroseconds(long.Parse(total, CultureInfo.InvariantCulture)))
            : null;
    }
}
