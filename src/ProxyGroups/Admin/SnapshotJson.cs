using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProxyGroups.Admin;

/// <summary>How snapshots and events look as JSON: camel case, enums as words, spans of time as hh:mm:ss.</summary>
internal static class SnapshotJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Without what does not apply.</summary>
    public static readonly JsonSerializerOptions OfEvents = new(Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
}
