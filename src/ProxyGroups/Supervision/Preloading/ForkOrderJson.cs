using System.Text.Json.Serialization;

namespace ProxyGroups.Supervision;

/// <summary>Source-generated JSON of <see cref="ForkOrder"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ForkOrder))]
internal sealed partial class ForkOrderJson : JsonSerializerContext;
