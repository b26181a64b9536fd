using ProxyGroups.Supervision;

namespace ProxyGroups.Groups.Learning;

/// <summary>What the workers of one process group and generation have loaded, all together.</summary>
internal sealed record GroupModules(int Generation, IReadOnlyList<string> Loaded, IReadOnlyList<string> Others)
{
    /// <summary>Code that they were seen to run.</summary>
    public IReadOnlyList<CodeWord> Code { get; init; } = [];

    /// <summary>With what one more worker says. A newer generation has other code, and is believed alone; an older one not at all.</summary>
    public static GroupModules With(GroupModules? known, int generation, ModuleReport report) => known switch
    {
        { Generation: var newest } when newest > generation => known,
        { Generation: var newest } when newest == generation => new(generation, Both(known.Loaded, report.Loaded), Both(known.Others, report.Others)) { Code = Both(known.Code, report.Code) },
        _ => new(generation, report.Loaded, report.Others) { Code = report.Code },
    };

    // A worker that tells, ends, and tells other things as its successor must not fill the front door.
    private static IReadOnlyList<string> Both(IReadOnlyList<string> known, IReadOnlyList<string> told) => [.. known.Union(told).Take(ModuleListener.MostNames)];

    private static IReadOnlyList<CodeWord> Both(IReadOnlyList<CodeWord> known, IReadOnlyList<CodeWord> told) =>
        known.Sum(static word => word.Lines.Count) < ModuleListener.MostLines ? CodeWord.Union([.. known, .. told]) : known;
}
