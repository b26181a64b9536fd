namespace ProxyGroups.Supervision;

/// <summary>Forked workers that died before they were ready, by process group and generation. Guarded by its <see cref="Preloader"/>.</summary>
internal sealed class DeadBoots
{
    private const int Most = 2;

    // What ends a worker in the same way when it is started plainly: its settings, its app, what it is not to import, or somebody who asks it to end.
    private const int LastOfOwn = 5;
    private const int Terminated = 128 + 15;

    private readonly Dictionary<string, (int Generation, int Deaths)> _all = new(StringComparer.OrdinalIgnoreCase);

    public static PreloadFault Fault { get; } = new(
        "two workers in a row that it forked died before they were ready",
        "See their last output in the log; a module of Preload may not bear a fork, then name it in PreloadExclude. A restart of the group tries again.");

    /// <summary>It is to be started plainly.</summary>
    public bool Forbids(WorkerIdentity worker) => _all.TryGetValue(worker.Group, out var found) && found.Generation == worker.Generation && found.Deaths >= Most;

    public void NoteReady(WorkerIdentity worker) => _all.Remove(worker.Group);

    /// <returns>The process that forked it is to fork no more.</returns>
    public bool NoteDeath(WorkerIdentity worker, WorkerExit exit)
    {
        if (exit.Code is <= LastOfOwn or Terminated)
        {
            return false;
        }

        var deaths = _all.TryGetValue(worker.Group, out var found) && found.Generation == worker.Generation ? found.Deaths + 1 : 1;
        _all[worker.Group] = (worker.Generation, deaths);
        return deaths == Most;
    }
}
