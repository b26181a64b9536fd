using System.Collections.Concurrent;
using System.Runtime.Versioning;

namespace ProxyGroups.Supervision;

/// <summary>
/// Forks workers from a preloader where they ask for one, and starts all others, and those that cannot be forked, plainly. Workers share
/// a preloader only where nothing differs that a fork cannot change: application group, modules, interpreter, user and rights; that of an
/// app is its process group's alone, and may be forked in the same way.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class PreloadLauncher : ILauncher, IAsyncDisposable
{
    private readonly PreloadHost _host;
    private readonly AppPreloaders _ofApps;
    private readonly ConcurrentDictionary<string, Lazy<Preloader>> _ofApplicationGroups = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, PreloadFault> _faults = new(StringComparer.OrdinalIgnoreCase);

    public PreloadLauncher(PreloadHost host)
    {
        _host = host;
        _ofApps = new(host, this);
    }

    /// <summary>Why the newest worker of a process group was started plainly although it was to be forked; null: it was not.</summary>
    public PreloadFault? FaultOf(string group) => _faults.GetValueOrDefault(group) ?? _faults.GetValueOrDefault(PreloaderProcess.NameOf(PreloadSpec.OwnerOf(group)));

    /// <summary>To be set before the first launch.</summary>
    public IPreloaderBounds? Bounds
    {
        set => _host.Bounds = value;
    }

    /// <summary>All that have a process.</summary>
    public IReadOnlyList<PreloaderView> Look() => [.. All.SelectMany(static preloader => preloader.Look()).Where(static view => view.Pid != 0)];

    /// <summary>See <see cref="PreloadHost.Overheads"/>.</summary>
    public long OverheadOf(int worker) => _host.Overheads.GetValueOrDefault(worker);

    /// <summary>See <see cref="ModuleTrial"/>.</summary>
    public Task<ModuleReport?> TryAsync(LaunchSpec worker, ModuleCandidates candidates, CancellationToken cancellationToken) => ModuleTrial.RunAsync(worker, candidates, _host, cancellationToken);

    public async Task<ILaunchedProcess> LaunchAsync(LaunchSpec spec, IReadOnlyDictionary<string, string> addedEnvironment, CancellationToken cancellationToken)
    {
        if (spec.Preload is null)
        {
            Forget(spec);
            return await _host.Launcher.LaunchAsync(spec, addedEnvironment, cancellationToken);
        }

        try
        {
            var process = await Find(spec).ForkAsync(spec, addedEnvironment, cancellationToken);
            Note(spec, null);
            return process;
        }
        catch (PreloadException refusal)
        {
            Note(spec, refusal.Fault);
            return await _host.Launcher.LaunchAsync(spec, addedEnvironment, cancellationToken);
        }
    }

    /// <summary>Once no worker is left.</summary>
    public async ValueTask DisposeAsync()
    {
        // An app's first: it may be a worker of the other kind.
        foreach (var preloader in All)
        {
            await preloader.DisposeAsync();
        }
    }

    private IEnumerable<Preloader> All => _ofApps.All.Concat(_ofApplicationGroups.Values.Select(static preloader => preloader.Value));

    private Preloader Find(LaunchSpec spec) => spec.Preload!.IsOfApp
        ? _ofApps.For(spec, spec.Preload.KeyFor(spec))
        : _ofApplicationGroups.GetOrAdd(spec.Preload.KeyFor(spec), _ => new(() => new Preloader(spec, _host, this))).Value;

    // Once for each cause: the next workers say nothing new.
    private void Note(LaunchSpec spec, PreloadFault? fault)
    {
        var group = spec.Worker.Group;
        if (spec.IsForkParent)
        {
            NoteOfApp(spec, fault);
        }
        else if (fault is null)
        {
            if (Forget(spec))
            {
                WorkerLog.ForkedAgain(_host.Logger, group, spec.Preload!.Owner);
            }
        }
        else if (!_faults.TryGetValue(group, out var known) || known != fault)
        {
            _faults[group] = fault;
            WorkerLog.StartsPlainly(_host.Logger, group, spec.Preload!.Owner, fault.Cause.TrimEnd('.'), fault.Remedy.TrimEnd('.'));
        }
    }

    private bool Forget(LaunchSpec spec)
    {
        if (spec.Preload is null or { IsOfApp: false })
        {
            _faults.TryRemove(PreloaderProcess.NameOf(PreloadSpec.OwnerOf(spec.Worker.Group)), out _);
        }

        return _faults.TryRemove(spec.Worker.Group, out _);
    }

    private void NoteOfApp(LaunchSpec spec, PreloadFault? fault)
    {
        if (fault is null)
        {
            Forget(spec);
            return;
        }

        _faults[spec.Worker.Group] = fault with { Effect = "It shares no memory with other apps" };
        WorkerLog.AppIsAlone(_host.Logger, spec.Worker.Group, spec.Preload!.Owner, fault.Cause.TrimEnd('.'), fault.Remedy.TrimEnd('.'));
    }
}
