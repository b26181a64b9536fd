namespace ProxyGroups.Host.Steering;

/// <summary>What the command line reads of a line of a log.</summary>
internal sealed record LogLineReply(DateTimeOffset Time, string Group, int? Rank, int? Generation, int? Pid, string Stream, string Text)
{
    private const char FirstPrintable = ' ';

    public string Describe() => $"{Time.LocalDateTime:HH:mm:ss.fff}  {Group}{(Rank is { } rank ? $"/{rank}" : string.Empty)}{(Pid is { } pid ? $" pid {pid}" : string.Empty)}{(Generation is { } generation ? $" generation {generation}" : string.Empty)} {Stream}: {Printable(Text)}";

    // A program's output must not steer the terminal of who reads it.
    private static string Printable(string text) => string.Concat(text.ReplaceLineEndings("\n    ").Select(static sign => sign is '\n' or '\t' || sign >= FirstPrintable && !char.IsControl(sign) ? $"{sign}" : $"\\x{(int)sign:x2}"));
}
