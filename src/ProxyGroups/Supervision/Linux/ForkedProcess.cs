using Microsoft.Win32.SafeHandles;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// A process that a preloader forked for us. Its end is told by the kernel (<see cref="ExitWatch"/>), how it ended by the preloader, which
/// reaps it; once the preloader is gone nobody can tell.
/// </summary>
internal sealed class ForkedProcess : IProcessHandle
{
    // A preloader that lives tells within a millisecond.
    private static readonly TimeSpan ReportTimeout = TimeSpan.FromSeconds(1);

    private readonly SafeFileHandle _pidfd;
    private readonly ForkConnection _connection;
    private readonly WorkerPipes _pipes;

    private ForkedProcess(int pid, SafeFileHandle pidfd, WorkerPipes pipes, ForkConnection connection)
    {
        (Pid, _pidfd, _pipes, _connection) = (pid, pidfd, pipes, connection);
        Exited = AwaitExitAsync();
    }

    public int Pid { get; }

    public Task<WorkerExit> Exited { get; }

    public Stream StandardOutput => _pipes.Output;

    public Stream StandardError => _pipes.Errors;

    /// <exception cref="PreloadException">It is gone already.</exception>
    public static ForkedProcess Open(int pid, int preloader, WorkerPipes pipes, ForkConnection connection)
    {
        var pidfd = new SafeFileHandle(Libc.SystemCall(Libc.PidfdOpen, pid, 0, 0, 0), ownsHandle: true);
        // The pid was free for others once the preloader had reaped the process: then its parent is another one.
        if (pidfd.IsInvalid || ProcessStat.Read(pid)?.Parent != preloader)
        {
            pidfd.Dispose();
            throw new PreloadException(PreloadFault.EndedAtOnce);
        }

        return new(pid, pidfd, pipes, connection);
    }

    public void Signal(int signal)
    {
        if (!_pidfd.IsClosed)
        {
            _ = Libc.SystemCall(Libc.PidfdSendSignal, (int)_pidfd.DangerousGetHandle(), signal, 0, 0);
        }
    }

    public void Dispose()
    {
        _pipes.Dispose();
        // The watch needs the descriptor until the exit.
        _ = Exited.ContinueWith(_ => Close(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Close()
    {
        _pidfd.Dispose();
        _connection.Dispose();
    }

    private async Task<WorkerExit> AwaitExitAsync()
    {
        await ExitWatch.Shared.WhenExited((int)_pidfd.DangerousGetHandle());
        return await _connection.ReadExitAsync(ReportTimeout) is { } code ? new(code) : WorkerExit.Unknown;
    }
}
