using ProxyGroups.Supervision;

namespace ProxyGroups.Groups.Learning;

/// <summary>Which modules are worth a trial, and when what it found takes the place of what was learned before. Pure.</summary>
internal static class LearningRule
{
    // What one variable of a process may hold (execve(2): 128 KiB), with room to spare.
    internal const int LongestList = 100_000;

    // Fewer are not worth a process.
    private const double WorthwhileGain = 1.1;

    /// <summary>
    /// What at least two groups have loaded, since a module that one of three never loads costs that one nothing, while one group could
    /// otherwise say for all of them that there is nothing. Of a single group all.
    /// </summary>
    /// <param name="members">How many groups there are, whether they have said something or not.</param>
    /// <returns>Null: none.</returns>
    public static ModuleCandidates? Candidates(IReadOnlyDictionary<string, GroupModules> reports, int members)
    {
        var groups = reports.OrderBy(static report => report.Key, StringComparer.OrdinalIgnoreCase).Select(static report => report.Value).ToList();
        var others = groups.SelectMany(static group => group.Others).Distinct().Order(StringComparer.Ordinal).ToList();
        var loaded = groups.SelectMany(static group => group.Loaded).CountBy(static name => name).ToDictionary();
        var names = groups.SelectMany(static group => group.Loaded).Distinct().Where(name => loaded[name] >= Math.Min(2, members) && !others.Contains(name.Split('.')[0]));
        return new ModuleCandidates(new(Bounded(names)), new(Bounded(others))) is { Names.Count: > 0 } candidates ? candidates : null;
    }

    /// <summary>
    /// Code that is to lie together: what most groups run first, since each copies the pages of what it runs; then what was known before:
    /// what has run in a former generation may run again.
    /// </summary>
    public static IReadOnlyList<string> Code(IReadOnlyDictionary<string, GroupModules> reports, IReadOnlyList<string> known)
    {
        var told = reports.OrderBy(static report => report.Key, StringComparer.OrdinalIgnoreCase).SelectMany(static (report, group) => report.Value.Code.SelectMany(Functions).Select(function => (function, group)));
        var ran = told.GroupBy(static one => one.function, static one => one.group).Select(static one => (one.Key, Groups: one.ToList()));
        var functions = ran.OrderByDescending(static one => one.Groups.Count).ThenBy(static one => string.Join(',', one.Groups), StringComparer.Ordinal).Select(static one => one.Key);
        return [.. Bounded(Words(functions.Concat(known.Select(CodeWord.Parse).OfType<CodeWord>().SelectMany(Functions)).Distinct()))];
    }

    /// <summary>Each change of the list parts the groups that go over to it from those that have not yet, so a small one is not made while the list is in use.</summary>
    public static bool Replaces(LearnedModules? known, LearnedModules found, bool isInUse) =>
        known is null || !isInUse || found.Size >= known.Size * WorthwhileGain || found.Others.Except(known.Others).Any();

    /// <summary>The same for the code that is to lie together.</summary>
    public static bool ReplacesCode(IReadOnlyList<string> known, IReadOnlyList<string> found, bool isInUse) =>
        CountOf(found) is var more && CountOf(known) is var less && more > less && (!isInUse || more >= less * WorthwhileGain);

    private static int CountOf(IReadOnlyList<string> code) => code.Sum(static word => CodeWord.Parse(word)?.Lines.Count ?? 0);

    private static IEnumerable<(string Module, int Line)> Functions(CodeWord word) => word.Lines.Select(line => (word.Module, line));

    // In their order: a module is named anew wherever another one came between.
    private static IEnumerable<string> Words(IEnumerable<(string Module, int Line)> functions)
    {
        var (last, lines) = ("", new List<int>());
        foreach (var (module, line) in functions.Append(("", 0)))
        {
            if (module != last && lines.Count > 0)
            {
                yield return new CodeWord(last, lines).ToString();
                lines.Clear();
            }

            last = module;
            lines.Add(line);
        }
    }

    private static IEnumerable<string> Bounded(IEnumerable<string> names)
    {
        var length = 0;
        return names.TakeWhile(name => (length += name.Length + 1) <= LongestList);
    }
}
