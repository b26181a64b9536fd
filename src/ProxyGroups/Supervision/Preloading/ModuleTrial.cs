using System.Globalization;
using System.Runtime.Versioning;

namespace ProxyGroups.Supervision;

/// <summary>
/// Finds out which modules can be preloaded, and what memory they take: a process imports them as the preloader of this worker would, and
/// ends (trial.py). None of what it does reaches a worker.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class ModuleTrial
{
    // Nobody waits for it.
    private const int Nice = 10;

    // An interpreter and a few modules; with less each of them would seem to fill the memory.
    private const long Least = 32 << 20;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    /// <returns>Null: nothing can be learned, the log says why.</returns>
    public static async Task<ModuleReport?> RunAsync(LaunchSpec worker, ModuleCandidates candidates, PreloadHost host, CancellationToken cancellationToken)
    {
        var (owner, id) = (worker.Sharing!.Owner, host.NextId());
        using var room = host.Bounds?.Reserve(owner, id);
        if (room?.Bytes < Least)
        {
            WorkerLog.TrialPutOff(host.Logger, owner, room.Bytes.Value >> 20);
            return null;
        }

        var heard = new TaskCompletionSource<ModuleReport?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var process = WorkerProcess.Start(SpecOf(worker, candidates, id, room?.Bytes), host.Launcher, host.Directory, host.Logs, host.Logger, host.Time, Hear, report => heard.TrySetResult(report.Loaded.Count > 0 ? report : null));
        return await Task.WhenAny(heard.Task, Task.Delay(Longest, host.Time, cancellationToken)) == heard.Task ? await heard.Task : null;

        void Hear(WorkerEvent happened)
        {
            if (happened is WorkerEvent.Exited)
            {
                heard.TrySetResult(null);
            }
        }
    }

    private static LaunchSpec SpecOf(LaunchSpec worker, ModuleCandidates candidates, int id, long? mostMemory)
    {
        var sharing = worker.Sharing!;
        var environment = new Dictionary<string, string>(sharing.Environment)
        {
            ["PROXYGROUPS_LEARNED"] = string.Join(' ', candidates.Names),
            ["PROXYGROUPS_OTHERS"] = string.Join(' ', candidates.Others),
        };
        if (mostMemory is { } bytes)
        {
            environment["PROXYGROUPS_MOST_MEMORY"] = bytes.ToString(CultureInfo.InvariantCulture);
        }

        return PreloaderProcess.OfModules(worker with { Preload = sharing }, id) with
        {
            Worker = new(TrialRoom.NameOf(sharing.Owner), id, 0, 1),
            Command = sharing.Trial,
            Environment = environment,
            Nice = Nice,
            IsForkParent = false,
        };
    }
}
