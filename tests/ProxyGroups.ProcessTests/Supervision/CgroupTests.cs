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
    private static readonly string[] Members = ["shop", "blog"];

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
            Assert.EndsWith($"/shop/w{spec.Worker.Id}\n", await new StreamReader(process.StandardOutput).ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
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
        using var output = new StreamReader(process.StandardOutput);
        await output.ReadLineAsync(TestContext.Current.CancellationToken);
        cgroup.Freeze(true);
        await Alive.UntilAsync(() => cgroup.IsFrozen, "it does not freeze");
        Assert.True(cgroup.IsPopulated);
        cgroup.Freeze(false);
        await Alive.UntilAsync(() => !cgroup.IsFrozen, "it does not go on");
        Assert.Equal("beat", await output.ReadLineAsync(TestContext.Current.CancellationToken));
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

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task An_application_group_is_frozen_and_killed_with_all_of_its_process_groups()
    {
        if (!IsUsable())
        {
            return;
        }

        _tree!.Apply(Placed("python"));
        var (spec, other) = (_bench.Shell(Fugitive + "exec sleep 600"), _bench.Spec("sleep", "600"));
        using var shop = await LaunchAsync(InCgroup(spec));
        using var blog = await LaunchAsync(InCgroup(other with { Worker = other.Worker with { Group = "blog" } }));
        var fugitive = int.Parse((await new StreamReader(shop.StandardOutput).ReadLineAsync(TestContext.Current.CancellationToken))!.Split(' ')[^1], null);
        var above = _tree.Find("shop").Parent;
        Assert.EndsWith("/application-group.python", above.Location, StringComparison.Ordinal);
        above.Freeze(true);
        await Alive.UntilAsync(() => above.IsFrozen && _tree.Find("blog").IsFrozen, "it does not freeze");
        above.Kill();
        await Task.WhenAll(shop.Exited, blog.Exited).WaitAsync(TestContext.Current.CancellationToken);
        await Alive.UntilAsync(() => !above.IsPopulated, "somebody is left");
        Assert.False(Alive.Is(fugitive));
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_group_that_changes_its_application_group_leaves_its_cgroup_with_its_last_worker()
    {
        if (!IsUsable())
        {
            return;
        }

        _tree!.Apply(Placed("python"));
        var before = _tree.Find("shop");
        var old = _bench.Start(InCgroup(_bench.Spec("sleep", "600")));
        await _bench.NextAsync<WorkerEvent.Spawned>();
        _tree.Apply(Placed("web"));
        using var next = await LaunchAsync(InCgroup(_bench.Shell("grep ^0:: /proc/self/cgroup")));
        Assert.Contains("/application-group.web/shop/w", await new StreamReader(next.StandardOutput).ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.True(before.IsPopulated);
        old.Kill();
        await old.Completion;
        _tree.Sweep();
        Assert.False(before.Parent.Exists);
    }

    private bool IsUsable()
    {
        Assert.True(_tree is not null || _facts.Fault is { Length: > 0 });
        return _tree is not null;
    }

    private CgroupTree Open()
    {
        var tree = CgroupTree.Open(_facts, _bench.Runtime, _bench.Log);
        tree.Apply(Placed(null));
        return tree;
    }

    // The process groups shop and blog, both in this application group.
    private static ProxyGroupsSettings Placed(string? applicationGroup) => new()
    {
        ApplicationGroups = (applicationGroup is null ? [] : new[] { applicationGroup }).ToDictionary(static name => name, static _ => new ApplicationGroupSettings()),
        ProcessGroups = Members.ToDictionary(static name => name, _ => new ProcessGroupSettings { ApplicationGroup = applicationGroup }),
    };

    private LaunchSpec InCgroup(LaunchSpec spec) => spec with { Cgroup = _tree!.PathOf(spec.Worker) };

    private Task<ILaunchedProcess> LaunchAsync(LaunchSpec spec) => _bench.Launcher.LaunchAsync(spec, new Dictionary<string, string>(), TestContext.Current.CancellationToken);
}
