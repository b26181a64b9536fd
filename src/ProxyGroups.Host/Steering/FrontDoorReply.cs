using System.Text.Json;

namespace ProxyGroups.Host.Steering;

/// <summary>What a front door answered.</summary>
internal sealed record FrontDoorReply(bool IsTaken, string Json)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <summary>Why not; the reason and the remedy.</summary>
    public string Refusal => JsonElement.Parse(Json) is { ValueKind: JsonValueKind.Object } problem && problem.TryGetProperty("detail", out var detail) ? detail.GetString()! : Json;

    public T Read<T>() => JsonSerializer.Deserialize<T>(Json, Web)!;
}
