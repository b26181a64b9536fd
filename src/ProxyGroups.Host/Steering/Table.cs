namespace ProxyGroups.Host.Steering;

/// <summary>Columns as wide as what stands in them. The last column may hold colours and is not padded; those before it must not.</summary>
internal static class Table
{
    private const string Gap = "  ";

    public static void Write(Report report, IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows)
    {
        var lines = rows.Prepend(head).ToList();
        var widths = head.Select((_, column) => lines.Max(line => line[column].Length)).ToList();
        foreach (var line in lines)
        {
            report.Line(string.Join(Gap, line.Select((cell, column) => column < line.Count - 1 ? cell.PadRight(widths[column]) : cell)).TrimEnd());
        }
    }
}
