using ProxyGroups.Supervision;

namespace ProxyGroups.Admin;

/// <summary>One process that workers are forked from, at one moment.</summary>
/// <param name="State">starting: it imports; ready: it forks; draining: it forks no more, and ends with its last worker; stopping: it must not be forked.</param>
/// <param name="Imports">What its workers share: modules, or the app.</param>
/// <param name="Memory">What it uses alone (USS), in bytes; null: not known.</param>
/// <param name="Pss">That, and its part of what it shares; null: not known.</param>
internal sealed record PreloaderSnapshot(int Pid, WorkerState State, int Generation, TimeSpan Uptime, IReadOnlyList<string> Imports, long? Memory, long? Pss)
{
    public static PreloaderSnapshot Of(PreloaderView preloader, UsageReport usage)
    {
        var memory = usage.Memory(preloader.Pid);
        return new(preloader.Pid, preloader.State, preloader.Generation, preloader.Uptime, preloader.Imports, memory?.Unique, memory?.Proportional);
    }
}
