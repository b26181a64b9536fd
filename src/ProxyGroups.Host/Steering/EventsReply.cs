using System.Text.Json;

namespace ProxyGroups.Host.Steering;

/// <summary>What the command line reads of a list of events.</summary>
internal sealed record EventsReply(IReadOnlyList<JsonElement> Events);
