using System.Globalization;

namespace ProxyGroups.Supervision;

/// <summary>Code of one module that was seen to run, by its first lines: "module:12,30".</summary>
internal readonly record struct CodeWord(string Module, IReadOnlyList<int> Lines)
{
    /// <returns>Null: it is none. A process may say anything.</returns>
    public static CodeWord? Parse(string text)
    {
        var parts = text.Split(':');
        if (parts.Length != 2 || !ModuleListener.IsName(parts[0]))
        {
            return null;
        }

        var lines = parts[1].Split(',').Select(static line => int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
        return lines.Contains(0) ? null : new(parts[0], lines);
    }

    /// <summary>Each module once, each line once.</summary>
    public static IReadOnlyList<CodeWord> Union(IEnumerable<CodeWord> words) =>
        [.. words.GroupBy(static word => word.Module).Select(static found => new CodeWord(found.Key, [.. found.SelectMany(static word => word.Lines).Distinct().Order()]))];

    public override string ToString() => $"{Module}:{string.Join(',', Lines)}";
}
