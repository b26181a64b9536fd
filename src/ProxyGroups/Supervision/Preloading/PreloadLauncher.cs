using System.Collections.Concurrent;
using System.Runtime.Versioning;
using System.Text.Json;

namespace ProxyGroups.Supervision;

/// <summary>
/// Forks workers from a preloader where they ask for one, and starts all others, and those that cannot be forked, plainly. Workers share
/// a preloader only where nothing differs that a fork cannot change: application group, modules, interpreter, user and rights.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class PreloadLauncher(PreloadHost host) : ILauncher, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Preloader>> _preloaders = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, PreloadFault> _faults = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Why the newest worker of a process group was started plainly although it was to be forked; null: it was not.</summary>
    public PreloadFault? FaultOf(string group) => _faults.GetValueOrDefault(group);

    public async Task<ILaunchedProcess> LaunchAsync(LaunchSpec spec, IReadOnlyDictionary<string, string> addedEnvironment, CancellationToken cancellationToken)
    {
        if (spec.Preload is null)
        {
            _faults.TryRemove(spec.Worker.Group, out _);
            return await host.Launcher.LaunchAsync(spec, addedEnvironment, cancellationToken);
        }

        try
        {
            var process = await _preloaders.GetOrAdd(KeyOf(spec), _ => new(() => new Preloader(spec, host))).Value.ForkAsync(spec, addedEnvironment, cancellationToken);
            Note(spec, null);
            return process;
        }
        catch (PreloadException refusal)
        {
            Note(spec, refusal.Fault);
            return await host.Launcher.LaunchAsync(spec, addedEnvironment, cancellationToken);
        }
    }

    /// <summary>Once no worker is left.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var preloader in _preloaders.Values)
        {
            await preloader.Value.DisposeAsync();
        }
    }

    private static string KeyOf(LaunchSpec spec) => JsonSerializer.Serialize(new object?[]
    {
        spec.Preload!.ApplicationGroup, spec.Preload.Modules, spec.Preload.Command, spec.Preload.Environment.OrderBy(static variable => variable.Key, StringComparer.Ordinal),
        spec.User, spec.Group, spec.SupplementaryGroups, spec.Capabilities, spec.NoNewPrivileges,
    });

    // Once for each cause: the next workers say nothing new.
    private void Note(LaunchSpec spec, PreloadFault? fault)
    {
        var group = spec.Worker.Group;
        if (fault is null)
        {
            if (_faults.TryRemove(group, out _))
            {
                WorkerLog.ForkedAgain(host.Logger, group, spec.Preload!.ApplicationGroup);
            }
        }
        else if (!_faults.TryGetValue(group, out var known) || known != fault)
        {
            _faults[group] = fault;
            WorkerLog.StartsPlainly(host.Logger, group, spec.Preload!.ApplicationGroup, fault.Cause.TrimEnd('.'), fault.Remedy.TrimEnd('.'));
        }
    }
}
