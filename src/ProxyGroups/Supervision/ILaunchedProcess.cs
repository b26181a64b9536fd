namespace ProxyGroups.Supervision;

/// <summary>A running process as its launcher sees it.</summary>
internal interface ILaunchedProcess : IDisposable
{
    int Pid { get; }

    /// <summary>Kernel start time in clock ticks since boot (proc(5), stat field 22); 0 where unknown. With the pid it names a process for good.</summary>
    long StartTime { get; }

    /// <summary>Completes at exit, even while a grandchild still holds the output pipes.</summary>
    Task<WorkerExit> Exited { get; }

    StreamReader StandardOutput { get; }

    StreamReader StandardError { get; }

    /// <summary>Asks politely (SIGTERM).</summary>
    void Stop();

    /// <summary>Sends a signal to the process alone.</summary>
    void Signal(int signal);

    /// <summary>SIGKILL to the process and everything it started.</summary>
    void KillTree();
}
