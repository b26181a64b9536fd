using System.Globalization;

namespace ProxyGroups.Host.Steering;

/// <summary>What the command line reads of an event.</summary>
internal sealed record GroupEventLine(long Id, DateTimeOffset Time, string Kind, string Text, string? Group, int? Generation, int? Rank, int? Pid, string? State)
{
    /// <summary>One line for people; a text of several lines, such as a list of errors, goes on below it.</summary>
    public string Describe(Report report) =>
        string.Create(CultureInfo.InvariantCulture, $"{Time.ToLocalTime():yyyy-MM-dd HH:mm:ss.fff}  {Subject}{Predicate(report)}");

    private string Subject => (Group, Rank) switch
    {
        (null, _) => string.Empty,
        (_, null) => $"{Group} ",
        _ => $"{Group}/{Rank} pid {Pid} generation {Generation} ",
    };

    private string Predicate(Report report) => Kind switch
    {
        "worker" => $"{report.Paint(State!)}: {Text}",
        "group" => $"is {report.Paint(Text)}",
        "failure" => $"generation {Generation} fails: {Text}",
        "command" => $"command: {Text}",
        _ => Text,
    };
}
