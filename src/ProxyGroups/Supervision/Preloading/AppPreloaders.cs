using System.Runtime.Versioning;

namespace ProxyGroups.Supervision;

/// <summary>
/// The preloaders of apps, one for each process group: that of its newest generation. The one before forks no more, and ends with its last
/// worker. Thread-safe.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class AppPreloaders(PreloadHost host, ILauncher launcher)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Key, int Generation, Preloader Preloader)> _newest = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<Preloader> _retired = [];

    public IReadOnlyList<Preloader> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _newest.Values.Select(static entry => entry.Preloader), .. _retired];
            }
        }
    }

    /// <param name="key">Differs where a worker of the same generation may not be forked from the same app: variables of a file may change.</param>
    /// <exception cref="PreloadException">The worker is of a generation that has been replaced.</exception>
    public Preloader For(LaunchSpec spec, string key)
    {
        lock (_gate)
        {
            var isKnown = _newest.TryGetValue(spec.Worker.Group, out var newest);
            if (isKnown && newest.Key == key)
            {
                return newest.Preloader;
            }

            if (isKnown && newest.Generation > spec.Worker.Generation)
            {
                throw new PreloadException(new("a newer generation has taken its place", "Nothing has to be done: this worker is replaced soon."));
            }

            var preloader = new Preloader(spec, host, launcher);
            _newest[spec.Worker.Group] = (key, spec.Worker.Generation, preloader);
            if (isKnown)
            {
                _ = RetireAsync(newest.Preloader);
            }

            return preloader;
        }
    }

    // Begins under the gate.
    private async Task RetireAsync(Preloader old)
    {
        _retired.Add(old);
        await old.RetireAsync();
        lock (_gate)
        {
            _retired.Remove(old);
        }
    }
}
