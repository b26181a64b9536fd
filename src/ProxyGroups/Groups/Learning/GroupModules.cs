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
        { Generation: var newest } when newest == generation => new(generation, [.. known.Loaded.Union(report.Loaded)], [.. known.Others.Union(report.Others)]) { Code = CodeWord.Union([.. known.Code, .. report.Code]) },
        _ => new(generation, report.Loaded, report.Others) { Code = report.Code },
    };
}
