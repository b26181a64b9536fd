using System.Text.Json;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>A line of the access log (<c>json</c>): when the request came, how long it waited for a slot, how long it held one.</summary>
internal readonly record struct LoggedRequest(DateTimeOffset Comes, TimeSpan Wait, TimeSpan Service)
{
    public static LoggedRequest Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        var entry = json.RootElement;
        return new(entry.GetProperty("time").GetDateTimeOffset(), Seconds(entry, "queue"), Seconds(entry, "service"));
    }

    private static TimeSpan Seconds(JsonElement entry, string name) => TimeSpan.FromSeconds(entry.GetProperty(name).GetDouble());
}
