namespace ProxyGroups.Hosting;

/// <summary>One process group as it will run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Processes">Workers that always run.</param>
/// <param name="MaxProcesses">Most workers.</param>
/// <param name="Threads">Slots of one worker; 0: background workers.</param>
/// <param name="QueueLimit">Most requests that wait for a slot.</param>
/// <param name="App">What is run, and why where that was detected.</param>
public sealed record GroupPlanLine(string Name, int Processes, int MaxProcesses, int Threads, int QueueLimit, string App)
{
    /// <summary>Limits of the group's cgroup in words; empty: none.</summary>
    public string Limits { get; init; } = "";

    /// <summary>Requests that the group handles at once, with all workers that it may have.</summary>
    public int Slots => MaxProcesses * Threads;
}
