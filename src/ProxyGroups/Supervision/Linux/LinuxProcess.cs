using System.Runtime.Versioning;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// One process that we started or had forked: leader of its own session, tied to our life. Any thread may call it. Owns all that it is given.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxProcess : ILaunchedProcess
{
    // How long what was killed may take to end, and how often we look.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    private readonly IProcessHandle _handle;
    private readonly Lifeline _lifeline;
    private readonly ProcessFamily _family;
    private readonly WorkerCgroup? _cgroup;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _killing = new();
    private bool _swept;

    public LinuxProcess(IProcessHandle handle, Lifeline lifeline, ProcessFamily family, WorkerCgroup? cgroup)
    {
        (_handle, _lifeline, _family, _cgroup) = (handle, lifeline, family, cgroup);
        StartTime = ProcessStat.Read(Pid)?.StartTime ?? 0;
    }

    public int Pid => _handle.Pid;

    public long StartTime { get; }

    public Task<WorkerExit> Exited => _handle.Exited;

    public Task Ready => _ready.Task;

    public Stream StandardOutput => _handle.StandardOutput;

    public Stream StandardError => _handle.StandardError;

    public void NoteReady() => _ready.TrySetResult();

    /// <summary>
    /// Completes when the first tool of the chain made the process lead its group, which then shares our fate as a whole.
    /// Nothing but /proc tells, so it is asked each millisecond; it takes two or three.
    /// </summary>
    public async Task WhenGroupLeaderAsync()
    {
        while (!Exited.IsCompleted && Libc.GetProcessGroup(Pid) != Pid)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        if (!Exited.IsCompleted)
        {
            _lifeline.TieGroup(Pid);
        }
    }

    /// <summary>Puts the process into its cgroup and lets it go on to its program; without a cgroup it never waited.</summary>
    /// <exception cref="LaunchException">The kernel refuses it; the process is gone then.</exception>
    public void EnterCgroup()
    {
        try
        {
            _cgroup?.Enter(Pid);
        }
        catch (LaunchException) when (ProcessStat.Read(Pid) is not { IsAlive: true })
        {
            // It ended before: its exit tells why.
        }
        catch (LaunchException)
        {
            Dispose();
            throw;
        }

        if (_cgroup is not null)
        {
            _lifeline.OpenGate();
        }
    }

    public void Stop() => Signal(Libc.SigTerm);

    public void Signal(int signal) => _handle.Signal(signal);

    public void KillTree()
    {
        lock (_killing)
        {
            if (_swept)
            {
                return;
            }

            // Read before the kill: a sweep after the exit is the last one, for then the pid is free for others.
            _swept = Exited.IsCompleted;
            // Surer than any list of processes; the family besides, for what root moved out of the cgroup.
            _cgroup?.Kill();
            _family.Kill();
        }
    }

    public async Task<bool> WhenGoneAsync()
    {
        // An event each millisecond or two: an inotify instance for each end costs more than a look.
        for (var waited = TimeSpan.Zero; _cgroup is { IsEmpty: false }; waited += Look)
        {
            if (waited >= Patience)
            {
                return false;
            }

            await Task.Delay(Look, TimeProvider.System);
        }

        return true;
    }

    public MemoryKill? FindMemoryKill() => _cgroup?.FindMemoryKill();

    public string? DescribeMemoryKill() => _cgroup?.DescribeMemoryKill();

    public bool Includes(int pid) => _family.Includes(pid);

    public IReadOnlyList<string> DescribeWaits() =>
        Exited.IsCompleted ? [] : WaitChannels.Of(ProcessFamily.Kin(Pid, ProcessStat.ReadAll()));

    public IReadOnlyList<WorkerEndpoint>? FindListeners() => Exited.IsCompleted ? [] : ListeningSockets.Of(_family.Find());

    public void Dispose()
    {
        KillTree();
        _lifeline.Dispose();
        _cgroup?.Remove();
        // Its own Dispose leaves what somebody reads to the garbage collector: two descriptors for each worker that ever was.
        StandardOutput.Dispose();
        StandardError.Dispose();
        _handle.Dispose();
    }
}
