using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Plain;

namespace ProxyGroups.ProcessTests.Supervision;

/// <summary>The launcher for machines without Linux, tried here by choosing it.</summary>
public sealed class PlainLauncherTests : IAsyncDisposable
{
    private readonly WorkerBench _bench = new() { Launcher = new PlainLauncher() };

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_worker_serves_and_stops()
    {
        var worker = await _bench.StartReadyAsync(_bench.TestWorker());
        Assert.StartsWith("GET /hello", await WorkerBench.GetAsync(worker, "/hello"), StringComparison.Ordinal);
        worker.Stop();
        Assert.Equal(0, (await _bench.NextAsync<WorkerEvent.Exited>()).Exit.Code);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task The_kill_takes_the_tree()
    {
        var worker = await _bench.StartReadyAsync(_bench.TestWorker("ignore-stop", "fork"));
        var grandchild = int.Parse((await _bench.OutputAsync("grandchild")).Split(' ')[^1], null);
        worker.Stop();
        await _bench.OutputAsync("SIGTERM");
        worker.Kill();
        Assert.Equal(9, (await _bench.NextAsync<WorkerEvent.Exited>()).Exit.Signal);
        await Alive.UntilGoneAsync(grandchild);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task What_it_cannot_honour_is_refused_by_name()
    {
        foreach (var (spec, name) in new[] { (_bench.Spec("true") with { User = "x" }, "Worker:User"), (_bench.Spec("true") with { Nice = 1 }, "Worker:Nice"), (_bench.Spec("true") with { OpenFiles = 9 }, "Worker:OpenFiles") })
        {
            _bench.Start(spec);
            Assert.Contains(name, (await _bench.NextAsync<WorkerEvent.StartFailed>()).Failure.Cause, StringComparison.Ordinal);
            Assert.Equal(WorkerExit.NeverStarted, (await _bench.NextAsync<WorkerEvent.Exited>()).Exit);
        }
    }
}
