using ProxyGroups.Configuration;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.ProcessTests.Supervision;

/// <summary>
/// Cgroups on this machine's own cgroup v2 file system, in a folder of the test. Where the product says that it can use none,
/// it has to say why.
/// </summary>
public sealed class CgroupTests : IAsyncDisposable
{
    // Has neither session nor parent nor mark: nothing but the cgroup knows whose it is.
    private const string Fugitive = "(env -i setsid sh -c 'echo fugitive $$; exec sleep 600' &); ";

    private readonly WorkerBench _bench = new();
    private readonly Cgroup _home;
    private readonly CgroupFacts _facts;
    private readonly CgroupTree? _tree;

    public CgroupTests()
    {
        var mount = CgroupHome.FindOwn(["0::/"], File.ReadLines("/proc/self/mountinfo"));
        _home = new(Path.Combine(mount ?? "/nowhere", $"pgt-{Guid.NewGuid():N}"));
        if (mount is not null && UnixUser.IsRoot)
        {
            _home.Create();
        }

        _facts = CgroupHome.Find(_home.Location);
        _tree = _facts.Fault is null ? Open() : null;
    }

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        _home.Kill();
        await Alive.UntilAsync(() => !_home.IsPopulated, "the cgroup is still populated");
        _home.RemoveAll();
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_program_is_in_its_cgroup_from_its_first_step()
    {
        for (var round = 0; round < 5 && IsUsable(); round++)
        {
            var spec = InCgroup(_bench.Shell("grep ^0:: /proc/self/cgroup"));
            using var process = await LaunchAsync(spec);
            Assert.EndsWith($"/shop/w{spec.Worker.Id}\n", await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task What_a_worker_hid_from_everybody_ends_with_it_and_the_kernel_says_that_nothing_is_left()
    {
        if (!IsUsable())
        {
            return;
        }

        var worker = _bench.Start(InCgroup(_bench.Shell(Fugitive + "exec sleep 600")));
        var fugitive = int.Parse((await _bench.OutputAsync("fugitive")).Split(' ')[^1], null);
        worker.Kill();
        await worker.Completion;
        Assert.False(Alive.Is(fugitive));
        Assert.False(new Cgroup(_tree!.PathOf(worker.Worker)).Exists);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task What_is_frozen_stands_still_until_it_is_let_go()
    {
        if (!IsUsable())
        {
            return;
        }

        var spec = InCgroup(_bench.Shell("while :; do echo beat; sleep 0.01; done"));
        using var process = await LaunchAsync(spec);
        var cgroup = new Cgroup(spec.Cgroup!);
        await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        cgroup.Freeze(true);
        await Alive.UntilAsync(() => cgroup.IsFrozen, "it does not freeze");
        Assert.True(cgroup.IsPopulated);
        cgroup.Freeze(false);
        await Alive.UntilAsync(() => !cgroup.IsFrozen, "it does not go on");
        Assert.Equal("beat", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_kernel_without_cgroup_kill_freezes_and_kills_one_by_one()
    {
        if (!IsUsable())
        {
            return;
        }

        var spec = InCgroup(_bench.Shell("while :; do sleep 600 & sleep 0.01; done"));
        using var process = await LaunchAsync(spec);
        await Alive.UntilAsync(() => new Cgroup(spec.Cgroup!).Processes().Count > 5, "it forks nothing");
        new Cgroup(spec.Cgroup!).KillFrozen();
        await process.Exited.WaitAsync(TestContext.Current.CancellationToken);
        Assert.True(await process.WhenGoneAsync());
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Pressure_of_a_group_is_told()
    {
        if (!IsUsable())
        {
            return;
        }

        using var process = await LaunchAsync(InCgroup(_bench.Shell("for i in 1 2 3 4; do (while :; do :; done) & done; wait")));
        if (File.Exists("/proc/pressure/cpu"))
        {
            await Alive.UntilAsync(() => _tree!.Find("shop").Usage().CpuPressure?.Total > TimeSpan.Zero, "four loops on fewer cores wait for nothing");
        }
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task What_a_crashed_front_door_left_in_its_cgroup_is_ended_by_the_next()
    {
        if (!IsUsable())
        {
            return;
        }

        using var process = await LaunchAsync(InCgroup(_bench.Spec("sleep", "600")));
        var log = new LogLines();
        using var next = CgroupTree.Open(_facts, _bench.Runtime, log);
        await process.Exited.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Single(log.Of(3011));
        Assert.Empty(next.Find("shop").Children);
    }

    private bool IsUsable()
    {
        Assert.True(_tree is not null || _facts.Fault is { Length: > 0 });
        return _tree is not null;
    }

    private CgroupTree Open()
    {
        var tree = CgroupTree.Open(_facts, _bench.Runtime, _bench.Log);
        tree.Apply(new Dictionary<string, ProcessGroupSettings> { ["shop"] = new() });
        return tree;
    }

    private LaunchSpec InCgroup(LaunchSpec spec) => spec with { Cgroup = _tree!.PathOf(spec.Worker) };

    private Task<ILaunchedProcess> LaunchAsync(LaunchSpec spec) => _bench.Launcher.LaunchAsync(spec, new Dictionary<string, string>(), TestContext.Current.CancellationToken);
}
