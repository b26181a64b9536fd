using System.Text.Json;

namespace ProxyGroups.Host.Steering;

/// <summary>What a front door answered.</summary>
internal sealed record FrontDoorReply(bool IsTaken, string Json)
{
    /// <summary>Why not; the reason and the remedy.</summary>
    public string Refusal => JsonElement.Parse(Json) is { ValueKind: JsonValueKind.Object } problem && problem.TryGetProperty("detail", out var detail) ? PlainTextConverter.PlainOf(detail.GetString()!) : PlainTextConverter.PlainOf(Json);

    public T Read<T>() => JsonSerializer.Deserialize<T>(Json, PlainTextConverter.Options)!;
}
