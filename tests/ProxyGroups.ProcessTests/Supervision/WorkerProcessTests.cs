using ProxyGroups.Supervision;

namespace ProxyGroups.ProcessTests.Supervision;

/// <summary>One worker's life: events, output, stop, kill, files.</summary>
public sealed class WorkerProcessTests : IAsyncDisposable
{
    // It says that it is armed where it is stuck, so that no dump comes before.
    private const string StuckProgram = "import faulthandler, signal, time\nfaulthandler.register(signal.SIGUSR1)\ndef stuck_here():\n    print('armed', flush=True)\n    time.sleep(600)\nstuck_here()";

    private readonly WorkerBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_worker_becomes_ready_serves_and_stops_politely()
    {
        var worker = await _bench.StartReadyAsync(_bench.TestWorker());
        Assert.Equal($"{worker.Pid}", await WorkerBench.GetAsync(worker, "/pid"));
        worker.Stop();
        var exited = await _bench.NextAsync<WorkerEvent.Exited>();
        Assert.Equal(0, exited.Exit.Code);
        Assert.Contains("SIGTERM", exited.LastOutput);
        await AssertCleanAsync(worker);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_worker_that_ignores_the_stop_is_killed_with_its_tree()
    {
        var worker = await _bench.StartReadyAsync(_bench.TestWorker("ignore-stop", "fork"));
        var grandchild = int.Parse((await _bench.OutputAsync("grandchild")).Split(' ')[^1], null);
        worker.Stop();
        await _bench.OutputAsync("SIGTERM");
        Assert.True(Alive.Is(worker.Pid!.Value));
        worker.Kill();
        worker.Kill();
        Assert.Equal(9, (await _bench.NextAsync<WorkerEvent.Exited>()).Exit.Signal);
        await Alive.UntilGoneAsync(grandchild);
        await AssertCleanAsync(worker);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_crash_is_noticed_and_its_grandchild_ended()
    {
        var worker = await _bench.StartReadyAsync(_bench.TestWorker());
        var grandchild = int.Parse(await WorkerBench.GetAsync(worker, "/fork"), null);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => WorkerBench.GetAsync(worker, "/crash?code=9"));
        Assert.Equal(9, (await _bench.NextAsync<WorkerEvent.Exited>()).Exit.Code);
        await Alive.UntilGoneAsync(grandchild);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Killing_at_any_moment_of_the_start_leaves_nothing()
    {
        for (var round = 0; round < 20; round++)
        {
            var worker = _bench.Start(_bench.Spec("sleep", "600"));
            await Task.Delay(TimeSpan.FromMicroseconds(500 * round), TimeProvider.System, TestContext.Current.CancellationToken);
            await worker.DisposeAsync();
            await worker.DisposeAsync();
            Assert.True(worker.Pid is not { } pid || !Alive.Is(pid));
        }
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_stop_before_ready_is_no_failed_start()
    {
        var worker = _bench.Start(_bench.Spec("sleep", "600"));
        await _bench.NextAsync<WorkerEvent.Spawned>();
        worker.Stop();
        await _bench.NextAsync<WorkerEvent.Exited>();
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_worker_that_cannot_be_watched_is_ended_and_both_are_told()
    {
        var isBroken = true;
        _bench.Log.Before = () =>
        {
            if (isBroken)
            {
                isBroken = false;
                throw new InvalidOperationException("the log is broken");
            }
        };
        var worker = _bench.Start(_bench.Spec("sleep", "600"));
        var failed = await _bench.NextAsync<WorkerEvent.StartFailed>();
        Assert.Equal("the log is broken", failed.Failure.Cause);
        Assert.Equal(9, (await _bench.NextAsync<WorkerEvent.Exited>()).Exit.Signal);
        await AssertCleanAsync(worker);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_stale_socket_does_not_stop_the_next_worker()
    {
        var spec = _bench.TestWorker();
        var worker = await _bench.StartReadyAsync(spec);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => WorkerBench.GetAsync(worker, "/kill-self"));
        await _bench.NextAsync<WorkerEvent.Exited>();
        Directory.CreateDirectory(Path.GetDirectoryName(spec.Endpoint.SocketPath!)!);
        await File.WriteAllTextAsync(spec.Endpoint.SocketPath!, "stale", TestContext.Current.CancellationToken);
        await _bench.StartReadyAsync(spec);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Output_that_is_no_text_is_relayed_line_by_line()
    {
        await _bench.StartReadyAsync(_bench.TestWorker("garbage-start"));
        await _bench.OutputAsync("listening");
        var longest = _bench.Output().Single(line => line.Contains("xxxx", StringComparison.Ordinal));
        Assert.EndsWith(" [cut]", longest, StringComparison.Ordinal);
        Assert.InRange(longest.Length, OutputRelay.MaxLineLength, OutputRelay.MaxLineLength + 100);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_last_line_without_an_end_is_kept()
    {
        _bench.Start(_bench.Shell("printf 'one\ntwo'; exit 4"));
        await _bench.NextAsync<WorkerEvent.Spawned>();
        await _bench.NextAsync<WorkerEvent.StartFailed>();
        Assert.Equal(["one", "two"], (await _bench.NextAsync<WorkerEvent.Exited>()).LastOutput);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_flood_meets_a_stuck_log_and_does_not_block_the_worker()
    {
        using var logStuck = new ManualResetEventSlim();
        var token = TestContext.Current.CancellationToken;
        _bench.Log.Before = () =>
        {
            // The relay's own lines only: the spawn is logged by the life of the worker.
            if (_bench.Log.Of(3002).Count > 0 && _bench.Log.Of(3003).Count is 0)
            {
                logStuck.Wait(TimeSpan.FromSeconds(20), token);
            }
        };
        var worker = _bench.Start(_bench.TestWorker("flood=100000"));
        await _bench.NextAsync<WorkerEvent.Spawned>();
        await Alive.UntilAsync(() => worker.LastOutput.Any(line => line.StartsWith("listening", StringComparison.Ordinal)), "the flood blocked the worker");
        logStuck.Set();
        await _bench.NextAsync<WorkerEvent.Ready>();
        await Alive.UntilAsync(() => _bench.Log.Of(3001).Count > 0, "no word of dropped lines");
        Assert.InRange(_bench.Output().Count, 1, 60_000);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Stacks_are_dumped_by_the_given_signal()
    {
        var spec = _bench.Python(StuckProgram) with { StackDumpSignal = 10 };
        var worker = _bench.Start(spec);
        await _bench.NextAsync<WorkerEvent.Spawned>();
        await _bench.OutputAsync("armed");
        Assert.True(worker.DumpStacks());
        await _bench.OutputAsync("stuck_here");
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_worker_stuck_in_import_prints_its_stacks_before_the_kill()
    {
        var spec = _bench.Python(StuckProgram) with { StackDumpSignal = 10, Readiness = new(Notify: true, Path: null) };
        var worker = _bench.Start(spec);
        await _bench.NextAsync<WorkerEvent.Spawned>();
        await _bench.OutputAsync("armed");
        var failure = worker.DescribeStartupTimeout();
        worker.Kill();
        Assert.Contains("import time", failure.Remedy, StringComparison.Ordinal);
        var exited = await _bench.NextAsync<WorkerEvent.Exited>();
        Assert.Equal(9, exited.Exit.Signal);
        Assert.Contains(exited.LastOutput, line => line.Contains("stuck_here", StringComparison.Ordinal));
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task An_endless_flood_reaches_the_log_at_a_bounded_rate()
    {
        _bench.Start(_bench.Shell("exec yes flood"));
        await _bench.NextAsync<WorkerEvent.Spawned>();
        await Alive.UntilAsync(() => _bench.Log.Of(3001).Count > 1, "no word of dropped lines each second");
        Assert.InRange(_bench.Output().Count, 1, 10_000);
    }

    private async Task AssertCleanAsync(WorkerProcess worker)
    {
        await worker.Completion.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(Path.GetDirectoryName(worker.Endpoint.SocketPath)));
        Assert.Empty(_bench.Runtime.Records.ReadAll());
    }
}
