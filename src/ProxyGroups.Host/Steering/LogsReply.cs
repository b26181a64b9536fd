using System.Text.Json;

namespace ProxyGroups.Host.Steering;

/// <summary>What the command line reads of a list of lines.</summary>
internal sealed record LogsReply(IReadOnlyList<JsonElement> Lines);
