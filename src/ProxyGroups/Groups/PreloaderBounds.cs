using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>Preloaders boot in the places of workers, and what they use counts in the same caps on memory.</summary>
internal sealed class PreloaderBounds(GroupHost host) : IPreloaderBounds
{
    public Task<IDisposable> ClaimBootAsync(string owner, CancellationToken cancellationToken) => host.Boots.ClaimAsync(PreloaderProcess.NameOf(owner), cancellationToken);

    public IDisposable Count(string owner, int id, int pid, Task imported) => host.Caps.Count(owner, id, sampled => host.Memory.WatchPreloader(pid, imported, sampled));
}
