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
    private readonly Process _process;
    private readonly Lifeline _lifeline;
    private readonly ProcessFamily _family;
    private readonly Lock _killing = new();
    private bool _swept;

    private LinuxProcess(Process process, Task<WorkerExit> exited, Lifeline lifeline, string mark)
    {
        _process = process;
        _lifeline = lifeline;
        Exited = exited;
        Pid = process.Id;
        StandardOutput = OutputReader.Of(process.StandardOutput);
        StandardError = OutputReader.Of(process.StandardError);
        StartTime = ProcessStat.Read(Pid)?.StartTime ?? 0;
        _family = new(Pid, mark);
    }

    public int Pid { get; }

    public long StartTime { get; }

    public Task<WorkerExit> Exited { get; }

    public StreamReader StandardOutput { get; }

    public StreamReader StandardError { get; }

    /// <summary>On the spawn thread.</summary>
    public static LinuxProcess Start(ProcessStartInfo start, Lifeline lifeline, string mark)
    {
        var process = new Process { StartInfo = start };
        var exited = ProcessExit.Of(process);
        process.Start();
        lifeline.TieProcess(process.Id);
        process.StandardInput.Close();
        return new(process, exited, lifeline, mark);
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
            _family.Kill();
        }
    }

    public bool Includes(int pid) => _family.Includes(pid);

    public IReadOnlyList<string> DescribeWaits() =>
        Exited.IsCompleted ? [] : WaitChannels.Of(ProcessFamily.Kin(Pid, ProcessStat.ReadAll()));

    public IReadOnlyList<WorkerEndpoint>? FindListeners() => Exited.IsCompleted ? [] : ListeningSockets.Of(_family.Find());

    public void Dispose()
    {
        KillTree();
        _lifeline.Dispose();
        // Its own Dispose leaves what somebody reads to the garbage collector: two descriptors for each worker that ever was.
        StandardOutput.Dispose();
        StandardError.Dispose();
        _process.Dispose();
    }
}
