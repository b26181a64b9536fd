using Microsoft.Extensions.Hosting;
using ProxyGroups.Admin;
using ProxyGroups.Configuration;
using ProxyGroups.Runtimes;

namespace ProxyGroups.Hosting;

/// <summary>What the settings in force mean: which groups there will be and how each is run. Starts nothing.</summary>
public sealed class ProcessGroupsPlan
{
    private readonly IReadOnlyDictionary<string, IRuntime> _runtimes;
    private readonly ProxyGroupsSettings _settings;
    private readonly string _contentRoot;

    internal ProcessGroupsPlan(SettingsStore store, IHostEnvironment environment)
    {
        _settings = store.Current.Settings;
        _contentRoot = environment.ContentRootPath;
        Warnings = store.Current.Warnings;
        _runtimes = RuntimePlan.Create(_settings, new RuntimeHost(_contentRoot, PythonPackage.Source), []);
    }

    /// <summary>What is allowed but seldom meant.</summary>
    public IReadOnlyList<SettingsError> Warnings { get; }

    /// <summary>The groups, by name.</summary>
    public IReadOnlyList<GroupPlanLine> Groups => _settings.ProcessGroups
        .OrderBy(static group => group.Key, StringComparer.Ordinal)
        .Select(group => new GroupPlanLine(
            group.Key, group.Value.Processes, group.Value.MaxProcesses, group.Value.Serves ? group.Value.Threads : 0, group.Value.Serves ? group.Value.Queue.Limit : 0, _runtimes.TryGetValue(group.Key, out var runtime) ? runtime.Description : "?") { Limits = group.Value.Group.Describe() })
        .ToList();

    /// <summary>What bounds the workers of several groups together, one line for each cap.</summary>
    public IReadOnlyList<string> Caps => CapLines.Of(_settings);

    /// <summary>In plain words, without any figure that only a front door that runs can measure: what each knob is set to, gives and costs.</summary>
    /// <returns>One explanation per group, by name.</returns>
    public IReadOnlyList<GroupExplanation> Explain() =>
    [
        .. _settings.ProcessGroups.OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(group => GroupExplainer.Explain(group.Key, group.Value, _runtimes.TryGetValue(group.Key, out var runtime) ? runtime.Kind : "?", null, MachineLoad.Read())),
    ];

    /// <summary>Tries, as each group's worker user, to read what its workers need.</summary>
    /// <param name="cancellationToken">Ends the check early.</param>
    /// <returns>One error per path that cannot be read.</returns>
    public Task<IReadOnlyList<SettingsError>> CheckAccessAsync(CancellationToken cancellationToken = default) =>
        AccessCheck.RunAsync(_settings, _runtimes, cancellationToken);
}
