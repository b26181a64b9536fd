using Microsoft.Extensions.Logging;
using ProxyGroups.Configuration;
using ProxyGroups.Supervision;

namespace ProxyGroups.Groups.Learning;

/// <summary>
/// Learns which modules the apps of each application group load, and what they take, and gives them to the next generations of groups
/// that ask for it. One per front door. Thread-safe.
/// </summary>
/// <param name="boots">A trial takes a place to boot, and gives it back soon: it takes CPU from nobody who starts.</param>
/// <param name="trial">Tries candidates with the rights of a worker; null: nothing can be learned.</param>
/// <param name="store">What is kept over a restart of the front door.</param>
internal sealed class PreloadLearner(
    Func<LaunchSpec, ModuleCandidates, CancellationToken, Task<ModuleReport?>> trial, BootArbiter boots, LearnedStore store, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>Workers that start together speak together.</summary>
    internal static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    // However often workers come and say something new, trying it costs a fiftieth of a core at most.
    private const int PauseToCostRatio = 50;
    private const int MostKept = 100;
    private const double MebiByte = 1 << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, KnownModules> _all = [];
    private readonly CancellationTokenSource _ended = new();
    private ProxyGroupsSettings _settings = new();

    /// <summary>Called when a trial has ended and what came of it is known.</summary>
    internal Action? Tried { get; set; }

    /// <summary>Takes over which groups there are.</summary>
    public void Apply(ProxyGroupsSettings settings)
    {
        lock (_gate)
        {
            _settings = settings;
            foreach (var known in _all.Values)
            {
                known.ForgetBut(settings.ProcessGroups.ContainsKey);
            }
        }
    }

    /// <summary>The worker, with what has been learned where its settings ask for that. All of a generation get the same.</summary>
    public LaunchSpec Complete(LaunchSpec worker)
    {
        if (worker.Sharing is not { Learns: true } sharing)
        {
            return worker;
        }

        lock (_gate)
        {
            var known = Find(worker);
            var before = known.Learned;
            var given = known.Give(worker.Worker);
            if (known.Learned is { } newer && newer != before)
            {
                store.Write(known.Key, newer);
            }

            return given is null ? worker : WithModules(worker, sharing with { Learned = given.Names, LearnedCode = given.Code });
        }
    }

    /// <summary>Takes what a worker has loaded.</summary>
    public void Note(LaunchSpec worker, ModuleReport report)
    {
        if (worker.Sharing is null)
        {
            return;
        }

        lock (_gate)
        {
            var known = Find(worker);
            known.Note(worker.Worker, report);
            known.HasNews = true;
            if (!known.IsTrying && !_ended.IsCancellationRequested)
            {
                known.IsTrying = true;
                _ = LearnAsync(known);
            }
        }
    }

    /// <summary>What has been learned for application groups that there are: in each one for each interpreter and user.</summary>
    public IReadOnlyList<LearnedView> Look()
    {
        lock (_gate)
        {
            return [.. _all.Values.Select(static known => known.Look()).OfType<LearnedView>().Where(static view => view.Groups.Count > 0)
                .OrderBy(static view => view.ApplicationGroup, StringComparer.Ordinal).DistinctBy(static view => (view.ApplicationGroup, string.Join(' ', view.Groups)))];
        }
    }

    public void Dispose() => _ended.Cancel();

    private static LaunchSpec WithModules(LaunchSpec worker, PreloadSpec modules) =>
        worker with { Preload = worker.Preload is { IsOfApp: true } app ? app with { Base = modules } : modules };

    private KnownModules Find(LaunchSpec worker)
    {
        var key = worker.Sharing!.KeyFor(worker);
        foreach (var former in _all.Values.Where(former => former.Key != key))
        {
            former.ForgetBut(group => !group.Equals(worker.Worker.Group, StringComparison.OrdinalIgnoreCase));
        }

        if (!_all.TryGetValue(key, out var known))
        {
            if (_all.Count >= MostKept && _all.FirstOrDefault(static kept => !kept.Value.IsTrying).Key is { } old)
            {
                _all.Remove(old);
            }

            _all[key] = known = new(worker, key) { Learned = store.Read(key) };
        }

        known.Worker = worker;
        return known;
    }

    private async Task LearnAsync(KnownModules known)
    {
        try
        {
            await Task.Delay(Quiet, time, _ended.Token);
            while (Next(known) is { } candidates)
            {
                var begun = time.GetTimestamp();
                await TryAsync(known, candidates);
                var pause = time.GetElapsedTime(begun) * PauseToCostRatio;
                Tried?.Invoke();
                await Task.Delay(pause > Quiet ? pause : Quiet, time, _ended.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The front door ends.
        }
#pragma warning disable CA1031 // Workers can do without.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.LearningFailed(known.ApplicationGroup, exception);
            lock (_gate)
            {
                known.IsTrying = false;
            }

            Tried?.Invoke();
        }
    }

    private async Task TryAsync(KnownModules known, ModuleCandidates candidates)
    {
        ModuleReport? found;
        using (await boots.ClaimAsync(known.ApplicationGroup, lastBoot: null, _ended.Token))
        {
            found = await trial(known.Worker, candidates, _ended.Token);
        }

        known.HasFailed = found is null;
        if (found is not null && Take(known, new(found.Loaded, candidates.Others, found.Size)))
        {
            store.Write(known.Key, known.Learned!);
            logger.ModulesLearned(known.ApplicationGroup, found.Loaded.Count, found.Size / MebiByte);
        }
    }

    // Null: there is nothing new, and who speaks next begins anew.
    private ModuleCandidates? Next(KnownModules known)
    {
        lock (_gate)
        {
            var members = _settings.MembersOf(known.ApplicationGroup).Count(static group => group.Value is { DotNet: null, Command.Count: 0 });
            var candidates = LearningRule.Candidates(known.Reports, members);
            var isNew = candidates is not null && (candidates != known.Tried || (known.HasFailed && known.HasNews));
            (known.IsTrying, known.HasNews) = (isNew, false);
            known.Tried = isNew ? candidates : known.Tried;
            return isNew ? candidates : null;
        }
    }

    private bool Take(KnownModules known, LearnedModules found)
    {
        lock (_gate)
        {
            var replaces = LearningRule.Replaces(known.Learned, found, known.IsInUse);
            known.Learned = replaces ? known.WithCode(found) : known.Learned;
            return replaces;
        }
    }
}
