using System.Runtime.Versioning;

namespace ProxyGroups.Supervision;

/// <summary>
/// The preloader of all workers that may share one: there is at most one process that forks. One that dies is started anew, after a pause
/// where that happens again and again; one whose code has changed on disk is replaced, and ends when its last worker has; one without workers ends after
/// <see cref="IdleTime"/> and comes back with the next worker. Thread-safe.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class Preloader(LaunchSpec forked, PreloadHost host, ILauncher launcher) : IAsyncDisposable
{
    internal static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(5);

    // What lies in the modules is not tried again for each worker.
    private static readonly TimeSpan LastingFaultTime = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly List<PreloaderProcess> _all = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly DeadBoots _deadBoots = new();
    private readonly Dictionary<string, int> _generations = new(StringComparer.OrdinalIgnoreCase);
    private PreloaderProcess? _current;
    private PreloadFault? _fault;
    private long _failedAt;
    private TimeSpan _pause;
    private int _failures;
    private int _generation;
    private int _workers;
    private bool _isEnding;
    private ITimer? _idle;

    /// <summary>Those of its processes that live.</summary>
    public IReadOnlyList<PreloaderView> Look()
    {
        lock (_gate)
        {
            return [.. _all.Select(static process => process.View)];
        }
    }

    /// <exception cref="PreloadException">The worker is to be started plainly.</exception>
    public async Task<ILaunchedProcess> ForkAsync(LaunchSpec spec, IReadOnlyDictionary<string, string> addedEnvironment, CancellationToken cancellationToken)
    {
        var first = await ReadyAsync(spec, cancellationToken);
        try
        {
            return await ForkAsync(first, spec, addedEnvironment, cancellationToken);
        }
        catch (StaleCodeException stale)
        {
            WorkerLog.PreloaderStale(host.Logger, forked.Preload!.Owner, first.Pid, stale.Path);
            Replace(first);
        }

        try
        {
            return await ForkAsync(await ReadyAsync(spec, cancellationToken), spec, addedEnvironment, cancellationToken);
        }
        catch (StaleCodeException stale)
        {
            throw new PreloadException(new($"{stale.Path} changes all the time", "See who writes to it; a module that is imported has to stay as it is."));
        }
    }

    public async ValueTask DisposeAsync()
    {
        var all = End();
        all.ForEach(static process => process.Kill());
        await Task.WhenAll(all.Select(static process => process.Ended));
    }

    /// <summary>It forks no more; completes when its last worker has ended.</summary>
    public async Task RetireAsync()
    {
        var all = End();
        all.ForEach(static process => process.Retire());
        await Task.WhenAll(all.Select(static process => process.Ended));
    }

    private List<PreloaderProcess> End()
    {
        lock (_gate)
        {
            _isEnding = true;
            _ending.Cancel();
            _idle?.Dispose();
            return [.. _all];
        }
    }

    private async Task<PreloaderProcess> ReadyAsync(LaunchSpec spec, CancellationToken cancellationToken)
    {
        var process = Current(spec.Worker);
        try
        {
            return await process.Verdict.WaitAsync(spec.Preload!.Patience, host.Time, cancellationToken) is { } fault ? throw new PreloadException(fault) : process;
        }
        catch (TimeoutException)
        {
            throw new PreloadException(new($"its preloader is not ready after {spec.Preload!.Patience.TotalSeconds:0.0} s", "Raise Timeouts:Startup, or preload less; the next workers may find it ready."));
        }
    }

    private async Task<ILaunchedProcess> ForkAsync(PreloaderProcess process, LaunchSpec spec, IReadOnlyDictionary<string, string> addedEnvironment, CancellationToken cancellationToken)
    {
        Count(process, 1);
        try
        {
            var worker = await Linux.WorkerFork.RunAsync(process.Control, process.Pid, forked.Preload!.IsOfApp ? Inheriting(spec) : spec, addedEnvironment, cancellationToken);
            host.Overheads[worker.Pid] = process.Overhead;
            _ = WatchBootAsync(process, spec.Worker, worker);
            _ = worker.Exited.ContinueWith(_ => NoteExit(process, worker.Pid), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return worker;
        }
        catch (Exception exception)
        {
            Count(process, -1);
            if (exception is PreloadException { IsBroken: true, Fault: var fault })
            {
                process.Discard(fault);
            }

            throw;
        }
    }

    private void NoteExit(PreloaderProcess process, int worker)
    {
        host.Overheads.TryRemove(worker, out _);
        Count(process, -1);
    }

    private async Task WatchBootAsync(PreloaderProcess process, WorkerIdentity identity, ILaunchedProcess worker)
    {
        if (await Task.WhenAny(worker.Ready, worker.Exited) == worker.Ready)
        {
            lock (_gate)
            {
                _deadBoots.NoteReady(identity);
            }

            return;
        }

        var exit = await worker.Exited;
        bool isBroken;
        lock (_gate)
        {
            isBroken = _deadBoots.NoteDeath(identity, exit);
        }

        if (isBroken)
        {
            WorkerLog.ForkedWorkersDied(host.Logger, forked.Preload!.Owner, process.Pid, identity.Group);
            Replace(process);
        }
    }

    // What the preloader of an app was given itself is inherited, and niceness would add up.
    private static LaunchSpec Inheriting(LaunchSpec spec) =>
        spec with { Umask = null, Nice = null, CpuSeconds = null, OpenFiles = null, AddressSpace = null, CoreSize = null };

    private PreloaderProcess Current(WorkerIdentity worker)
    {
        lock (_gate)
        {
            var isNewer = worker.Generation > _generations.GetValueOrDefault(worker.Group, worker.Generation);
            _generations[worker.Group] = Math.Max(worker.Generation, _generations.GetValueOrDefault(worker.Group));
            if (_isEnding)
            {
                throw new PreloadException(new("its preloader has ended with its generation", "Nothing has to be done: this worker is replaced soon."));
            }

            if (_deadBoots.Forbids(worker))
            {
                throw new PreloadException(DeadBoots.Fault);
            }

            // A new generation may have mended what was wrong.
            if (_current is null && _fault is not null && !isNewer && host.Time.GetElapsedTime(_failedAt) < _pause)
            {
                throw new PreloadException(_fault);
            }

            return _current ??= Start();
        }
    }

    // Under the gate.
    private PreloaderProcess Start()
    {
        var process = PreloaderProcess.Start(forked, host.NextId(), ++_generation, host, launcher);
        _all.Add(process);
        _ = WatchAsync(process);
        return process;
    }

    private async Task WatchAsync(PreloaderProcess process)
    {
        var started = host.Time.GetTimestamp();
        var fault = await process.Verdict;
        if (fault is null)
        {
            WorkerLog.PreloaderReady(host.Logger, forked.Preload!.Owner, process.Pid, host.Time.GetElapsedTime(started).TotalMilliseconds, string.Join(", ", forked.Preload.Shown));
        }

        var readyAt = host.Time.GetTimestamp();
        await process.Ended;
        if (NoteEnd(process, fault, host.Time.GetElapsedTime(readyAt)) is { } pause)
        {
            WorkerLog.PreloaderDied(host.Logger, forked.Preload!.Owner, process.Pid);
            await Task.Delay(pause, host.Time);
            await RepairAsync();
        }
    }

    /// <returns>When it is to be started anew without being asked; null: by the next worker.</returns>
    private TimeSpan? NoteEnd(PreloaderProcess process, PreloadFault? fault, TimeSpan uptime)
    {
        lock (_gate)
        {
            _all.Remove(process);
            if (_current != process || _isEnding)
            {
                return null;
            }

            _current = null;
            _failures = fault is null && uptime > RestartBackoff.StableUptime ? 1 : _failures + 1;
            _fault = fault ?? process.Discarded ?? new("its preloader ended", "See its last output in the log.");
            _failedAt = host.Time.GetTimestamp();
            _pause = _fault.IsLasting ? LastingFaultTime : RestartBackoff.Delay(_failures, Random.Shared.NextDouble());
            return fault is null ? _pause : null;
        }
    }

    // No worker waits for it, in whose place it could boot.
    private async Task RepairAsync()
    {
        try
        {
            using var place = host.Bounds is { } bounds ? await bounds.ClaimBootAsync(forked.Preload!.Owner, _ending.Token) : null;
            await (Repair()?.Verdict ?? Task.CompletedTask);
        }
        catch (OperationCanceledException)
        {
            // Its generation has ended meanwhile.
        }
    }

    private PreloaderProcess? Repair()
    {
        lock (_gate)
        {
            return _isEnding || _current is not null ? null : _current = Start();
        }
    }

    private void Replace(PreloaderProcess old)
    {
        lock (_gate)
        {
            _current = _current == old ? null : _current;
            _fault = null;
        }

        old.Retire();
    }

    private void Count(PreloaderProcess process, int change)
    {
        process.Count(change);
        lock (_gate)
        {
            _workers += change;
            _idle?.Dispose();
            _idle = _workers == 0 && !_isEnding ? host.Time.CreateTimer(_ => RetireIfIdle(), null, IdleTime, Timeout.InfiniteTimeSpan) : null;
        }
    }

    private void RetireIfIdle()
    {
        PreloaderProcess? idle;
        lock (_gate)
        {
            idle = _workers == 0 ? _current : null;
            _current = _workers == 0 ? null : _current;
        }

        idle?.Retire();
    }
}
