using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Supervision;

/// <summary>A process that does nothing but note what is done to it. It ends when the test says so, or is killed.</summary>
internal sealed class FakeProcess(int pid) : ILaunchedProcess
{
    private readonly TaskCompletionSource<WorkerExit> _exit = new();
    private readonly TaskCompletionSource _asked = new();
    private readonly TaskCompletionSource _killed = new();

    public int Pid => pid;

    public long StartTime => 0;

    public Task<WorkerExit> Exited => _exit.Task;

    /// <summary>Completes when it was asked to stop.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Completes when it was killed.</summary>
    public Task Killed => _killed.Task;

    public List<int> Signals { get; } = [];

    public Stream StandardOutput => Stream.Null;

    public Stream StandardError => Stream.Null;

    public void Exit(int code) => _exit.TrySetResult(WorkerExit.NeverStarted with { Code = code });

    public void Stop() => _asked.TrySetResult();

    public void Signal(int signal) => Signals.Add(signal);

    public void KillTree()
    {
        Exit(1);
        _killed.TrySetResult();
    }

    public IReadOnlyList<string> DescribeWaits() => [$"process {pid}: 1 x running"];

    public void Dispose()
    {
    }
}
