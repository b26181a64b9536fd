namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>What every server serves: a WSGI app and how many requests it may handle at once.</summary>
/// <param name="Folder">Where its module lies.</param>
/// <param name="Module">Name of the module; its callable is <c>application</c>.</param>
internal sealed record WebApp(string Folder, string Module)
{
    public const int Processes = 2;

    public const int Threads = 4;

    /// <summary>Processes and threads of each, where an experiment wants others.</summary>
    public (int Processes, int Threads) Shape { get; init; } = (Processes, Threads);
}
