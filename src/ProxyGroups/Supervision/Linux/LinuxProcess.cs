using System.Diagnostics;
using System.Runtime.Versioning;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// One process started by <see cref="LinuxLauncher"/>: leader of its own session, tied to our life. Any thread may call it.
/// .NET reaps it (waiting for it by other means would break .NET's own bookkeeping).
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxProcess : ILaunchedProcess
{
    // How long what was killed may take to end, and how often we look.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    private readonly Process _process;
    private readonly Lifeline _lifeline;
    private readonly ProcessFamily _family;
    private readonly WorkerCgroup? _cgroup;
    private readonly Lock _killing = new();
    private bool _swept;

    private LinuxProcess(Process process, Task<WorkerExit> exited, Lifeline lifeline, string mark, WorkerCgroup? cgroup)
    {
        _process = process;
        _lifeline = lifeline;
        Exited = exited;
        Pid = process.Id;
        StandardOutput = OutputReader.Of(process.StandardOutput);
        StandardError = OutputReader.Of(process.StandardError);
        StartTime = ProcessStat.Read(Pid)?.StartTime ?? 0;
        _family = new(Pid, mark);
        _cgroup = cgroup;
    }

    public int Pid { get; }

    public long StartTime { get; }

    public Task<WorkerExit> Exited { get; }

    public StreamReader StandardOutput { get; }

    public StreamReader StandardError { get; }

    /// <summary>On the spawn thread.</summary>
    public static LinuxProcess Start(ProcessStartInfo start, Lifeline lifeline, string mark, WorkerCgroup? cgroup)
    {
        var process = new Process { StartInfo = start };
        var exited = ProcessExit.Of(process);
        process.Start();
        lifeline.TieProcess(process.Id);
        process.StandardInput.Close();
        return new(process, exited, lifeline, mark, cgroup);
    }

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

    public void Signal(int signal)
    {
        // A pid is free for others once its process is reaped, which is what Exited tells.
        if (!Exited.IsCompleted)
        {
            _ = Libc.Kill(Pid, signal);
        }
    }

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
        _process.Dispose();
    }
}
