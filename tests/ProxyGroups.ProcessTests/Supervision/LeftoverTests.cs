using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.ProcessTests.Supervision;

/// <summary>What a crashed front door left is found again and ended; nothing else is touched.</summary>
public sealed class LeftoverTests : IAsyncDisposable
{
    private readonly string _folder = TestPaths.CreateFolder();
    private readonly WorkerBench _bench = new();
    private readonly LogLines _log = new();

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_recorded_worker_is_ended()
    {
        var process = await LaunchAsync("sleep", "600");
        using (var crashed = Open())
        {
            crashed.Records.Write(Record(process, process.StartTime));
        }

        using var next = Open();
        Assert.True(LeftoverSweeper.Sweep(next, _log) >= 1);
        await process.Exited.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Single(_log.Of(3010));
        Assert.Empty(next.Records.ReadAll());
    }

    [Theory(Timeout = WorkerBench.TestTimeout)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_reused_pid_is_not_touched(bool otherStart, bool otherBoot)
    {
        var process = await LaunchAsync("sleep", "600");
        using var next = Open();
        next.Records.Write(Record(process, process.StartTime + (otherStart ? 1 : 0)) with { BootId = otherBoot ? "another" : BootId.Current });
        Assert.Equal(0, LeftoverSweeper.Sweep(next, _log));
        Assert.True(Alive.Is(process.Pid));
        Assert.Empty(next.Records.ReadAll());
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_process_that_left_its_session_is_found_by_its_mark_after_a_crash()
    {
        using var frontDoor = FrontDoor.Start(_folder, 1, "sh", "-c", "(setsid sh -c 'echo daemon $$; exec sleep 600' &); exec sleep 600");
        var worker = await frontDoor.HearPidAsync("spawned");
        var daemon = await frontDoor.HearPidAsync("daemon");
        await frontDoor.KillAsync();
        await Alive.UntilGoneAsync(worker);
        using var next = RuntimeDirectory.Open(Path.Combine(_folder, "run"), _folder);
        LeftoverSweeper.Sweep(next, _log);
        await Alive.UntilGoneAsync(daemon);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_second_front_door_leaves_the_first_ones_workers_alone()
    {
        using var frontDoor = FrontDoor.Start(_folder, 1, "sleep", "600");
        var worker = await frontDoor.HearPidAsync("spawned");
        using var second = RuntimeDirectory.Open(Path.Combine(_folder, "run"), _folder);
        Assert.EndsWith("-2", second.Location, StringComparison.Ordinal);
        Assert.Equal(0, LeftoverSweeper.Sweep(second, _log));
        Assert.True(Alive.Is(worker));
    }

    private RuntimeDirectory Open() => RuntimeDirectory.Open(Path.Combine(_folder, "run"), _folder);

    private Task<ILaunchedProcess> LaunchAsync(params string[] command) =>
        _bench.Launcher.LaunchAsync(_bench.Spec(command), new Dictionary<string, string> { [WorkerMark.Variable] = "left.1." }, TestContext.Current.CancellationToken);

    private static WorkerRecord Record(ILaunchedProcess process, long startTime) => new(1, process.Pid, startTime, BootId.Current, "shop", 0, 1, null, "left.1.");
}
