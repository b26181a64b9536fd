using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ProxyGroups.Supervision;

/// <summary>What preloaders need of the front door.</summary>
/// <param name="Launcher">Starts those that are not forked themselves, and the workers that cannot be forked.</param>
/// <param name="Logger">Of category <see cref="WorkerLog.Category"/>.</param>
internal sealed record PreloadHost(ILauncher Launcher, RuntimeDirectory Directory, LogFiles Logs, ILogger Logger, TimeProvider Time)
{
    // Longer in digits than any worker's id, so that a worker's mark always fits into its preloader's place (see forked.py).
    private const int FirstId = 2047 << 20;

    private int _lastId = FirstId;

    /// <summary>By the process id of each forked worker: bytes that it has of its preloader and would not have had it been started plainly.</summary>
    public ConcurrentDictionary<int, long> Overheads { get; } = new();

    /// <summary>Null: nothing bounds them.</summary>
    public IPreloaderBounds? Bounds { get; set; }

    public int NextId() => Interlocked.Increment(ref _lastId);
}
