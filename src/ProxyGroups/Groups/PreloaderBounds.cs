using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Groups;

/// <summary>Preloaders boot in the places of workers, and what they use counts in the same caps on memory.</summary>
internal sealed class PreloaderBounds(GroupHost host) : IPreloaderBounds
{
    // The rest is for who serves.
    private const int MostOfFree = 4;

    public Task<IDisposable> ClaimBootAsync(string owner, CancellationToken cancellationToken) => host.Boots.ClaimAsync(PreloaderProcess.NameOf(owner), lastBoot: null, cancellationToken);

    public IDisposable Count(string owner, int id, int pid, Task imported) => host.Caps.Count(owner, id, sampled => host.Memory.WatchPreloader(pid, imported, sampled));

    public TrialRoom Reserve(string owner, int id)
    {
        long? most = null;
        var counted = host.Caps.Reserve(owner, id, capped =>
        {
            var free = Cgroup.Lower(Cgroup.Lower(MachineMemory.Available(), host.Cgroups?.MemoryRoomOfApplicationGroup(owner)), capped);
            most = free is { } bytes ? Math.Max(0, bytes / MostOfFree) : null;
            return most ?? 0;
        });
        return new(most, counted);
    }
}
