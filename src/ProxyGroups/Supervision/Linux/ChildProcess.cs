using System.Diagnostics;

namespace ProxyGroups.Supervision.Linux;

/// <summary>A child of ours. .NET reaps it (waiting for it by other means would break .NET's own bookkeeping).</summary>
internal sealed class ChildProcess : IProcessHandle
{
    private readonly Process _process;

    private ChildProcess(Process process, Task<WorkerExit> exited)
    {
        (_process, Exited) = (process, exited);
        Pid = process.Id;
        StandardOutput = OutputReader.Of(process.StandardOutput);
        StandardError = OutputReader.Of(process.StandardError);
    }

    public int Pid { get; }

    public Task<WorkerExit> Exited { get; }

    public StreamReader StandardOutput { get; }

    public StreamReader StandardError { get; }

    /// <summary>On the spawn thread.</summary>
    public static ChildProcess Start(ProcessStartInfo start)
    {
        var process = new Process { StartInfo = start };
        var exited = ProcessExit.Of(process);
        process.Start();
        process.StandardInput.Close();
        return new(process, exited);
    }

    public void Signal(int signal)
    {
        // A pid is free for others once its process is reaped, which is what Exited tells.
        if (!Exited.IsCompleted)
        {
            _ = Libc.Kill(Pid, signal);
        }
    }

    public void Dispose() => _process.Dispose();
}
