using ProxyGroups.Supervision;

namespace ProxyGroups.Groups.Learning;

/// <summary>What is known of the apps that could share one preloader. Guarded by its <see cref="PreloadLearner"/>.</summary>
/// <param name="worker">The newest of theirs: a trial runs with its rights.</param>
internal sealed class KnownModules(LaunchSpec worker, string key)
{
    private readonly Dictionary<string, (int Generation, LearnedModules? Modules)> _given = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, GroupModules> _reports = new(StringComparer.OrdinalIgnoreCase);

    public LaunchSpec Worker { get; set; } = worker;

    public string Key { get; } = key;

    public string ApplicationGroup => Worker.Sharing!.Owner;

    public IReadOnlyDictionary<string, GroupModules> Reports => _reports;

    /// <summary>What the next generations get; null: nothing yet.</summary>
    public LearnedModules? Learned { get; set; }

    /// <summary>What was tried last.</summary>
    public ModuleCandidates? Tried { get; set; }

    public bool IsTrying { get; set; }

    /// <summary>The last trial came to nothing: it may not have had the memory or the time.</summary>
    public bool HasFailed { get; set; }

    /// <summary>A worker has spoken since the last trial was decided on: one that came to nothing is worth another.</summary>
    public bool HasNews { get; set; }

    public bool IsInUse => Users.Count > 0;

    private bool IsInUseBeside(string group) => Users.Any(user => !user.Equals(group, StringComparison.OrdinalIgnoreCase));

    private IReadOnlyList<string> Users => [.. _given.Where(given => Learned is not null && given.Value.Modules == Learned).Select(static given => given.Key).Order(StringComparer.OrdinalIgnoreCase)];

    /// <summary>What a worker is forked with: what the first one of its generation was.</summary>
    public LearnedModules? Give(WorkerIdentity worker)
    {
        if (!_given.TryGetValue(worker.Group, out var given) || given.Generation < worker.Generation)
        {
            Learned = Learned is { } learned && WithCode(learned) is var newer && LearningRule.ReplacesCode(learned.Code, newer.Code, IsInUseBeside(worker.Group)) ? newer : Learned;
            _given[worker.Group] = given = (worker.Generation, Learned);
        }

        return given.Modules;
    }

    /// <summary>With what is known by now of the code that runs.</summary>
    public LearnedModules WithCode(LearnedModules learned) => learned with { Code = LearningRule.Code(_reports, Learned?.Code ?? []) };

    /// <summary>A worker that was forked with what had been learned tells of the rest, but of all code.</summary>
    public void Note(WorkerIdentity worker, ModuleReport report)
    {
        var given = _given.TryGetValue(worker.Group, out var newest) && newest.Generation == worker.Generation ? newest.Modules : null;
        var whole = report with { Loaded = [.. given?.Names ?? [], .. report.Loaded] };
        _reports[worker.Group] = GroupModules.With(_reports.GetValueOrDefault(worker.Group), worker.Generation, whole);
    }

    public void ForgetBut(Func<string, bool> isKnown)
    {
        foreach (var group in _reports.Keys.Concat(_given.Keys).Where(group => !isKnown(group)).ToList())
        {
            _reports.Remove(group);
            _given.Remove(group);
        }
    }

    public LearnedView? Look() => Learned is null ? null : new(ApplicationGroup, Worker.Sharing!.Learns, Learned, [.. _reports.Keys.Order(StringComparer.OrdinalIgnoreCase)], Users);
}
