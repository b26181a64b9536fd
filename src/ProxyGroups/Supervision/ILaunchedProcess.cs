namespace ProxyGroups.Supervision;

/// <summary>A running process as its launcher sees it. Disposing ends whatever is left of it.</summary>
internal interface ILaunchedProcess : IDisposable
{
    int Pid { get; }

    /// <summary>Kernel start time in clock ticks since boot (proc(5), stat field 22); 0 where unknown. With the pid it names a process for good.</summary>
    long StartTime { get; }

    /// <summary>Completes at exit, even while a grandchild still holds the output pipes.</summary>
    Task<WorkerExit> Exited { get; }

    /// <summary>Completes when it was told that the process is ready (<see cref="NoteReady"/>); of a launcher that does not care never.</summary>
    Task Ready => new TaskCompletionSource().Task;

    Stream StandardOutput { get; }

    Stream StandardError { get; }

    /// <summary>Told by who waits for it to serve.</summary>
    void NoteReady()
    {
    }

    /// <summary>Asks politely (SIGTERM), the first process alone: prefork masters pass it on in their own order.</summary>
    void Stop();

    /// <summary>Sends a signal to the process alone.</summary>
    void Signal(int signal);

    /// <summary>SIGKILL to the process and everything it started. After the exit it ends what the process left behind.</summary>
    void KillTree();

    /// <summary>After the exit and <see cref="KillTree"/>: completes when nothing of it runs any more; false: something resists. A launcher that cannot tell says true.</summary>
    Task<bool> WhenGoneAsync() => Task.FromResult(true);

    /// <summary>What the kernel has killed of it since the last call because memory ran out; null: nothing that the launcher knows of.</summary>
    MemoryKill? FindMemoryKill() => null;

    /// <summary>After the exit: what the kernel did to it for want of memory, in words; null: nothing that the launcher knows of.</summary>
    string? DescribeMemoryKill() => null;

    /// <summary>Whether a process belongs to this one. A launcher that cannot tell says yes.</summary>
    bool Includes(int pid) => true;

    /// <summary>What its threads and those of its descendants wait for, one line each; empty where the launcher cannot tell.</summary>
    IReadOnlyList<string> DescribeWaits() => [];

    /// <summary>Where the process and its descendants listen; null where the launcher cannot tell.</summary>
    IReadOnlyList<WorkerEndpoint>? FindListeners() => null;
}
