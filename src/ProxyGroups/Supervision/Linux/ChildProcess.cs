using System.Diagnostics;

namespace ProxyGroups.Supervision.Linux;

/// <summary>A child of ours. .NET reaps it (waiting for it by other means would break .NET's own bookkeeping).</summary>
internal sealed class ChildProcess : IProcessHandle
{
    private readonly Process? _process;

    private ChildProcess(Process started)
    {
        Pid = started.Id;
        StandardOutput = started.StandardOutput.BaseStream;
        StandardError = started.StandardError.BaseStream;
        _process = Find(Pid);
        var exited = _process is null ? null : ProcessExit.Of(_process);
        // What had ended before it was found again tells only who started it how.
        Exited = exited is null || started.HasExited ? Task.FromResult(new WorkerExit(started.ExitCode)) : exited;
    }

    public int Pid { get; }

    public Task<WorkerExit> Exited { get; }

    public Stream StandardOutput { get; }

    public Stream StandardError { get; }

    /// <summary>On the spawn thread.</summary>
    public static ChildProcess Start(ProcessStartInfo start)
    {
        // As long as it is held this object holds 20 KB that nobody needs: buffers of its readers, the whole environment.
        using var started = new Process { StartInfo = start };
        started.Start();
        started.StandardInput.Close();
        return new(started);
    }

    public void Signal(int signal)
    {
        // A pid is free for others once its process is reaped, which is what Exited tells.
        if (!Exited.IsCompleted)
        {
            _ = Libc.Kill(Pid, signal);
        }
    }

    public void Dispose() => _process?.Dispose();

    // Of one that was found only who holds its handle may ask how it ended. Null: it has ended.
    private static Process? Find(int pid)
    {
        Process? found = null;
        try
        {
            found = Process.GetProcessById(pid);
            _ = found.SafeHandle;
            return found;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            found?.Dispose();
            return null;
        }
    }
}
