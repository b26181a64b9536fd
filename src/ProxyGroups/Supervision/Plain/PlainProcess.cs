using System.ComponentModel;
using System.Diagnostics;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Supervision.Plain;

/// <summary>One process started by <see cref="PlainLauncher"/>. Any thread may call it.</summary>
internal sealed class PlainProcess : ILaunchedProcess
{
    private readonly Process _process;

    private PlainProcess(Process process, Task<WorkerExit> exited)
    {
        _process = process;
        Exited = exited;
        Pid = process.Id;
        StandardOutput = process.StandardOutput.BaseStream;
        StandardError = process.StandardError.BaseStream;
    }

    public int Pid { get; }

    public long StartTime => 0;

    public Task<WorkerExit> Exited { get; }

    public Stream StandardOutput { get; }

    public Stream StandardError { get; }

    public static PlainProcess Start(ProcessStartInfo start)
    {
        var process = new Process { StartInfo = start };
        var exited = ProcessExit.Of(process);
        process.Start();
        process.StandardInput.Close();
        return new(process, exited);
    }

    /// <summary>SIGTERM; Windows has no such thing, there it is the kill.</summary>
    public void Stop()
    {
        if (OperatingSystem.IsWindows())
        {
            KillTree();
        }
        else
        {
            Signal(Libc.SigTerm);
        }
    }

    public void Signal(int signal)
    {
        if (!OperatingSystem.IsWindows() && !Exited.IsCompleted)
        {
            _ = Libc.Kill(Pid, signal);
        }
    }

    public void KillTree()
    {
        try
        {
            if (!Exited.IsCompleted)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself meanwhile, or a descendant is not ours to kill; what .NET cannot do here nobody can.
        }
    }

    public void Dispose()
    {
        KillTree();
        // Its own Dispose leaves what somebody reads to the garbage collector: two descriptors for each worker that ever was.
        StandardOutput.Dispose();
        StandardError.Dispose();
        _process.Dispose();
    }
}
