namespace ProxyGroups.Supervision.Linux;

/// <summary>What differs between a child of ours and a process that another one forked for us.</summary>
internal interface IProcessHandle : IDisposable
{
    int Pid { get; }

    /// <summary>Completes at exit, even while another process holds the output pipes.</summary>
    Task<WorkerExit> Exited { get; }

    Stream StandardOutput { get; }

    Stream StandardError { get; }

    /// <summary>To the process alone, and to no other one that has its pid by now.</summary>
    void Signal(int signal);
}
