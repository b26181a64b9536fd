using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProxyGroups.Admin;

/// <summary>How snapshots look as JSON: camel case, enums as words, times as hh:mm:ss.</summary>
internal static class SnapshotJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}
