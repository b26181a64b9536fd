using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Abstractions;
using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Tests.Groups;

/// <summary>How much memory a trial of modules may use: a quarter of what is free below each bound around it. A folder stands in for the cgroup file system.</summary>
[SupportedOSPlatform("linux")]
public sealed class PreloaderBoundsTests : IDisposable
{
    private const int UsedOf40 = 40 << 20;
    private const string LimitOf160 = "167772160", LimitOf200 = "209715200";
    private const string Limit = "memory.max", HighLimit = "memory.high", Used = "memory.current", Kinds = "memory.stat";

    private readonly List<string> _log = [];
    private readonly GroupBench _bench = new() { Fault = new InvalidOperationException("nothing is started here") };
    private readonly RuntimeDirectory _runtime;
    private readonly CgroupTree _tree;
    private readonly PreloaderBounds _bounds;

    public PreloaderBoundsTests()
    {
        _bench.Logged = _log.Add;
        var home = Path.Combine(_bench.Root, "home");
        Directory.CreateDirectory(home);
        _runtime = RuntimeDirectory.Open(Path.Combine(_bench.Root, "other"), _bench.Root);
        _tree = CgroupTree.Open(new(home, new HashSet<string> { "memory" }, null), _runtime, NullLogger.Instance);
        _bounds = new(_bench.Host with { Cgroups = _tree });
        Apply(cap: null);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Cgroup ApplicationGroup => _tree.Find("shop").Parent;

    public void Dispose()
    {
        _tree.Dispose();
        _runtime.Dispose();
        _bench.Dispose();
    }

    [Theory]
    [InlineData("8000", "max", 0, null, 1500L)]
    [InlineData("8000", "6000", 0, null, 1000L)]
    [InlineData("8000", "max", 400, null, 1600L)]
    [InlineData("8000", "max", 0, 4000L, 1000L)]
    [InlineData("8000", "max", 0, 9000L, 1500L)]
    [InlineData("max", "max", 0, 4000L, 1000L)]
    [InlineData("1000", "max", 0, null, 0L)]
    public void A_trial_may_use_a_quarter_of_what_the_narrowest_bound_leaves(string limit, string highLimit, int reclaimable, long? cap, long room)
    {
        Apply(cap);
        Bound(limit, highLimit, 2000, reclaimable);
        using var reserved = _bounds.Reserve("python", 1);
        Assert.Equal(room, reserved.Bytes);
    }

    [Fact]
    public void The_limit_of_a_process_group_is_not_around_it()
    {
        Bound("8000", "max", 2000, reclaimable: 0);
        _tree.Find("shop").Write(Limit, "10");
        _tree.Find("shop").Write(Used, "10");
        using var reserved = _bounds.Reserve("python", 1);
        Assert.Equal(1500, reserved.Bytes);
    }

    [Fact]
    public void Without_a_limit_it_is_bounded_by_the_machine()
    {
        using var reserved = _bounds.Reserve("python", 1);
        Assert.InRange(reserved.Bytes!.Value, 1, MachineMemory.Parse(["MemAvailable: " + (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024)])!.Value);
    }

    [Fact]
    public void What_one_has_reserved_is_not_free_for_another_until_it_has_ended()
    {
        Apply(cap: 8000);
        var first = _bounds.Reserve("python", 1);
        using (var second = _bounds.Reserve("python", 2))
        {
            Assert.Equal((2000, 1500), (first.Bytes, second.Bytes));
        }

        first.Dispose();
        using var third = _bounds.Reserve("python", 3);
        Assert.Equal(2000, third.Bytes);
    }

    [Fact]
    public async Task It_is_told_its_bound_and_runs_in_the_cgroup_that_bounds_it()
    {
        Bound(LimitOf200, "max", UsedOf40, reclaimable: 0);
        var launcher = new RefusingLauncher();
        await TryAsync(launcher);
        var spec = Assert.Single(launcher.Asked);
        Assert.Equal("41943040", spec.Environment["PROXYGROUPS_MOST_MEMORY"]);
        Assert.Equal(ApplicationGroup.Location, Path.GetDirectoryName(spec.Cgroup));
    }

    [Fact]
    public async Task Nothing_is_tried_where_an_interpreter_alone_would_fill_its_bound()
    {
        Bound(LimitOf160, "max", UsedOf40, reclaimable: 0);
        var launcher = new RefusingLauncher();
        await TryAsync(launcher);
        Assert.Empty(launcher.Asked);
        Assert.Contains(_log, static line => line.Contains("leaves 30 MiB", StringComparison.Ordinal));
    }

    private async Task TryAsync(RefusingLauncher launcher)
    {
        var host = new PreloadHost(launcher, _bench.Host.Directory, _bench.Host.Logs, _bench, TimeProvider.System) { Bounds = _bounds };
        Assert.Null(await ModuleTrial.RunAsync(Worker(), new(new ValueList<string>(["json"]), new ValueList<string>([])), host, Token));
    }

    private LaunchSpec Worker()
    {
        var worker = new WorkerIdentity("shop", 7, 0, 1);
        return new()
        {
            Worker = worker,
            Command = ["python"],
            Directory = "/",
            Environment = new Dictionary<string, string>(),
            Endpoint = WorkerEndpoint.Nowhere,
            Readiness = new(Notify: true, Path: null),
            Cgroup = _tree.PathOf(worker),
            Sharing = new("python", [], ["python", "preload"], new Dictionary<string, string>(), TimeSpan.FromSeconds(1)) { Trial = ["python", "trial"] },
        };
    }

    private void Apply(long? cap)
    {
        var settings = new ProxyGroupsSettings
        {
            ApplicationGroups = new Dictionary<string, ApplicationGroupSettings> { ["python"] = new() { MaxMemory = cap } },
            ProcessGroups = new Dictionary<string, ProcessGroupSettings> { ["shop"] = new() { ApplicationGroup = "python" } },
        };
        _tree.Apply(settings);
        _bench.Host.Caps.Apply(settings);
    }

    private void Bound(string limit, string highLimit, int used, int reclaimable)
    {
        foreach (var (file, text) in new[] { (Limit, limit), (HighLimit, highLimit), (Used, Line($"{used}")), (Kinds, Line($"inactive_file {reclaimable}")) })
        {
            ApplicationGroup.Write(file, text);
        }
    }

    private static string Line(FormattableString text) => FormattableString.Invariant(text) + "\n";

    private sealed class RefusingLauncher : ILauncher
    {
        public List<LaunchSpec> Asked { get; } = [];

        public Task<ILaunchedProcess> LaunchAsync(LaunchSpec spec, IReadOnlyDictionary<string, string> addedEnvironment, CancellationToken cancellationToken)
        {
            Asked.Add(spec);
            throw new IOException("nothing is started here");
        }
    }
}
