namespace ProxyGroups.Host.Steering;

/// <summary>What the command line reads of a line of a log.</summary>
internal sealed record LogLineReply(DateTimeOffset Time, string Group, int? Rank, int? Generation, int? Pid, string Stream, string Text)
{
    public string Describe() => $"{Time.LocalDateTime:HH:mm:ss.fff}  {Group}{(Rank is { } rank ? $"/{rank}" : string.Empty)}{(Pid is { } pid ? $" pid {pid}" : string.Empty)}{(Generation is { } generation ? $" generation {generation}" : string.Empty)} {Stream}: {Text.ReplaceLineEndings("\n    ")}";
}
