using Microsoft.Extensions.Logging.Abstractions;
using ProxyGroups.Configuration;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Tests.Supervision;

/// <summary>Limits, counters and their meaning, on a folder that stands in for the cgroup file system.</summary>
public sealed class CgroupTests : IDisposable
{
    private static readonly CgroupFacts AllControllers = new(null, new HashSet<string> { "cpu", "memory", "pids", "io" }, null);

    private readonly string _folder = Directory.CreateTempSubdirectory("pgt").FullName;
    private readonly RuntimeDirectory _runtime;
    private readonly CgroupTree _tree;

    public CgroupTests()
    {
        var home = Path.Combine(_folder, "home");
        Directory.CreateDirectory(home);
        _runtime = RuntimeDirectory.Open(Path.Combine(_folder, "run"), _folder);
        _tree = CgroupTree.Open(AllControllers with { Path = home }, _runtime, NullLogger.Instance);
    }

    public void Dispose()
    {
        _tree.Dispose();
        _runtime.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Limits_are_written_changed_and_given_back()
    {
        Apply(new() { CpuWeight = 50, Cpus = 1.5, Memory = 2L << 30, MemoryHigh = 1L << 30, Tasks = 256 });
        Assert.Equal(("50", "150000 100000", "2147483648", "1073741824", "256"), Written());
        Apply(new() { Cpus = 0.01, Memory = 1L << 20 });
        Assert.Equal(("100", "1000 100000", "1048576", "max", "max"), Written());
        Apply(new());
        Assert.Equal(("100", "max", "max", "max", "max"), Written());
    }

    [Fact]
    public void A_group_without_limits_writes_nothing_where_the_kernel_has_no_such_file()
    {
        Apply(new());
        Assert.Equal((null, null, null, null, null), Written());
    }

    [Fact]
    public void Only_the_controllers_that_limits_need_are_handed_down()
    {
        Apply(new());
        foreach (var cgroup in new[] { Group.Parent.Parent, Group.Parent, Group })
        {
            Assert.Equal("+cpu +memory +pids", cgroup.Read("cgroup.subtree_control"));
        }
    }

    [Fact]
    public void A_refused_limit_is_named_with_its_path()
    {
        Directory.CreateDirectory(Path.Combine(Group.Location, "pids.max"));
        var refused = Assert.Throws<SettingsException>(() => Apply(new() { Tasks = 5 }));
        Assert.Equal("ProxyGroups:ProcessGroups:shop:Group", Assert.Single(refused.Errors).Path);
    }

    [Fact]
    public void An_application_group_has_a_cgroup_of_its_own_around_those_of_its_process_groups()
    {
        _tree.Apply(Below("Python", new() { Memory = 2L << 30, Tasks = 9 }, new() { Memory = 1L << 30 }));
        Assert.Equal(("application-group.python", "+cpu +memory +pids"), (Path.GetFileName(Group.Parent.Location), Group.Parent.Read("cgroup.subtree_control")));
        Assert.Equal(("2147483648", "9", "1073741824", null), (Group.Parent.Read("memory.max"), Group.Parent.Read("pids.max"), Group.Read("memory.max"), Group.Read("pids.max")));
        _tree.Apply(Below("python", new() { Tasks = 8 }, new()));
        Assert.Equal(("max", "8", "max"), (Group.Parent.Read("memory.max"), Group.Parent.Read("pids.max"), Group.Read("memory.max")));
    }

    [Fact]
    public void A_process_group_that_changes_its_application_group_starts_its_next_workers_there()
    {
        Apply(new());
        var (worker, before) = (new WorkerIdentity("shop", 7, 0, 1), Group);
        Assert.Equal("w7", Path.GetRelativePath(before.Location, _tree.PathOf(worker)));
        _tree.Apply(Below("python", new(), new()));
        Assert.Equal(Path.Combine("application-group.python", "shop", "w7"), Path.GetRelativePath(before.Parent.Location, _tree.PathOf(worker)));
        Apply(new());
        Assert.Equal(before.Location, Group.Location);
    }

    [Fact]
    public void A_preloader_has_a_cgroup_of_its_own_below_that_of_its_application_group_and_is_killed_by_its_limit()
    {
        _tree.Apply(Below("python", new() { Memory = 1L << 30 }, new()));
        var path = CgroupTree.PathOfPreloader(OfWorker(7), 9)!;
        Assert.Equal(Path.Combine(Group.Parent.Location, "preloader.w9"), path);
        var preloader = WorkerCgroup.Create(path)!;
        Apply(new());
        _tree.Sweep();
        Assert.Equal((true, null), (Directory.Exists(path), CgroupTree.PathOfPreloader(OfWorker(7), 9)));
        var above = new Cgroup(path).Parent;
        above.Write("memory.events.local", "oom 1\n");
        new Cgroup(path).Write("memory.events", "oom_kill 1\n");
        Assert.StartsWith("killed by the kernel: memory limit 1GiB of application group python reached", preloader.DescribeMemoryKill(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_change_moves_nobody()
    {
        Apply(new());
        Directory.CreateDirectory(Path.Combine(Group.Parent.Location, "application-group.python", "shop", "pids.max"));
        var before = Group.Location;
        Assert.Throws<SettingsException>(() => _tree.Apply(Below("python", new(), new() { Tasks = 5 })));
        Assert.Equal(before, Group.Location);
    }

    [Fact]
    public void A_refused_limit_of_an_application_group_is_named_with_its_path()
    {
        Directory.CreateDirectory(Path.Combine(Group.Parent.Location, "application-group.python", "cpu.weight"));
        var refused = Assert.Throws<SettingsException>(() => _tree.Apply(Below("python", new() { CpuWeight = 5 }, new())));
        Assert.Equal("ProxyGroups:ApplicationGroups:python:Group", Assert.Single(refused.Errors).Path);
    }

    [Theory]
    [InlineData(1, 0, 137, "signal 9 (KILL), killed by the kernel: memory limit 512MiB of group shop reached; raise Group:Memory, or lower Threads or Recycle:WorkerMemory")]
    [InlineData(1, 0, 1, "exit code 1, after a process that it had started was killed by the kernel: memory limit 512MiB of group shop reached; raise Group:Memory, or lower Threads or Recycle:WorkerMemory")]
    [InlineData(1, 1, 137, "signal 9 (KILL), killed by the kernel: the machine, or a cgroup above the front door's, is out of memory; let fewer or smaller workers run, or give each group a Group:Memory")]
    [InlineData(0, 0, 137, "signal 9 (KILL)")]
    public void A_kill_for_want_of_memory_is_named_with_whose_memory_it_was(int kills, int reachedBefore, int code, string words)
    {
        Apply(new() { Memory = 512L << 20 });
        Group.Write("memory.events.local", $"low 0\nhigh 0\nmax 9\noom {reachedBefore}\noom_kill 3\n");
        var path = _tree.PathOf(new WorkerIdentity("shop", 7, 0, 1));
        var worker = WorkerCgroup.Create(path)!;
        new Cgroup(path).Write("memory.events", $"low 0\noom 0\noom_kill {kills}\noom_group_kill 0\n");
        Group.Write("memory.events.local", "low 0\nhigh 0\nmax 9\noom 1\noom_kill 3\n");
        Assert.Equal(words, new WorkerExit(code, worker.DescribeMemoryKill()).ToString());
    }

    [Theory]
    [InlineData(1, 0, "memory limit 512MiB of group shop reached; raise Group:Memory, or lower Threads or Recycle:WorkerMemory")]
    [InlineData(0, 1, "memory limit 1GiB of application group python reached; raise its Group:Memory, or let fewer or smaller workers run in its process groups")]
    [InlineData(0, 0, "the machine, or a cgroup above the front door's, is out of memory; let fewer or smaller workers run, or give each group a Group:Memory")]
    public void A_kill_within_an_application_group_is_named_with_whose_limit_it_was(int ofGroup, int ofApplicationGroup, string words)
    {
        _tree.Apply(Below("python", new() { Memory = 1L << 30 }, new() { Memory = 512L << 20 }));
        var path = _tree.PathOf(new WorkerIdentity("shop", 7, 0, 1));
        var worker = WorkerCgroup.Create(path)!;
        Group.Write("memory.events.local", $"oom {ofGroup}\n");
        Group.Parent.Write("memory.events.local", $"oom {ofApplicationGroup}\n");
        new Cgroup(path).Write("memory.events", "oom_kill 1\n");
        Assert.Equal("killed by the kernel: " + words, worker.DescribeMemoryKill());
    }

    [Fact]
    public void A_kill_in_a_worker_that_lives_is_found_once_and_no_later_end_is_put_down_to_it()
    {
        Apply(new() { Memory = 512L << 20 });
        var worker = WorkerCgroup.Create(OfWorker(7))!;
        Assert.Null(worker.FindMemoryKill());
        Kill(7, kills: 2, reached: 1);
        var found = worker.FindMemoryKill()!;
        Assert.Equal((2, true), (found.Processes, found.ToString().StartsWith("2 processes of it were killed by the kernel: memory limit 512MiB of group shop reached", StringComparison.Ordinal)));
        // It may end of that.
        Assert.Equal(found.Cause, worker.DescribeMemoryKill());
        Assert.Null(worker.FindMemoryKill());
        Assert.Null(worker.DescribeMemoryKill());
        Kill(7, kills: 3, reached: 1);
        Assert.Contains("the machine, or a cgroup above", worker.FindMemoryKill()!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_that_is_counted_before_its_kill_is_still_blamed_for_it()
    {
        Apply(new() { Memory = 512L << 20 });
        var worker = WorkerCgroup.Create(OfWorker(7))!;
        Kill(7, kills: 0, reached: 1);
        Assert.Null(worker.FindMemoryKill());
        Kill(7, kills: 1, reached: 1);
        Assert.Contains("of group shop reached", worker.FindMemoryKill()!.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kill_in_another_worker_is_not_its_own()
    {
        Apply(new() { Memory = 512L << 20 });
        var (one, other) = (WorkerCgroup.Create(OfWorker(7))!, WorkerCgroup.Create(OfWorker(8))!);
        Kill(8, kills: 1, reached: 1);
        Assert.Null(one.FindMemoryKill());
        Assert.NotNull(other.FindMemoryKill());
    }

    [Theory]
    [InlineData("1000", "max", 800L)]
    [InlineData("1000", "700", 500L)]
    [InlineData("max", "700", 500L)]
    [InlineData("max", "max", null)]
    public void Room_within_an_application_group_is_what_the_narrower_of_both_leaves(string group, string applicationGroup, long? room)
    {
        _tree.Apply(Below("python", new(), new()));
        foreach (var (cgroup, max) in new[] { (Group, group), (Group.Parent, applicationGroup) })
        {
            cgroup.Write("memory.max", max);
            cgroup.Write("memory.current", "200\n");
        }

        Assert.Equal(room, _tree.MemoryRoomOf("shop"));
    }

    [Theory]
    [InlineData("max", "max", null)]
    [InlineData("1000", "max", 700L)]
    [InlineData("1000", "600", 300L)]
    public void Room_is_what_the_lower_limit_leaves_beside_what_cannot_be_taken_back(string max, string high, long? room)
    {
        Apply(new());
        foreach (var (file, text) in new[] { ("memory.max", max), ("memory.high", high), ("memory.current", "500\n"), ("memory.stat", "anon 250\ninactive_file 200\n") })
        {
            Group.Write(file, text);
        }

        Assert.Equal(room, Group.MemoryRoom);
    }

    [Theory]
    [InlineData(100L, 500L, null, true, false)]
    [InlineData(100L, 500L, 90L, false, true)]
    [InlineData(100L, 50L, 90L, false, false)]
    [InlineData(100L, null, -5L, false, true)]
    public void A_successor_has_to_fit_on_the_machine_and_into_its_group(long used, long? machine, long? group, bool isEnough, bool isOfGroup)
    {
        var room = new MemoryRoom(used, machine).Within(group);
        Assert.Equal((isEnough, isOfGroup), (room.IsEnough, room.IsOfGroup));
    }

    [Fact]
    public void Pressure_is_read_as_percent_and_time()
    {
        const string Text = "some avg10=12.50 avg60=3.20 avg300=0.00 total=1234567\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";
        Assert.Equal(new CgroupPressure(12.5, 3.2, TimeSpan.FromMicroseconds(1234567)), CgroupPressure.Parse(Text));
        Assert.Null(CgroupPressure.Parse("gone"));
    }

    [Theory]
    [InlineData("9:name=systemd:/\n0::/system.slice/web.service", "/sys/fs/cgroup/system.slice/web.service")]
    [InlineData("0::/", "/sys/fs/cgroup")]
    [InlineData("4:memory:/x", null)]
    public void Its_own_cgroup_is_found_below_the_mount(string own, string? found)
    {
        string[] mounts = ["25 1 0:22 / /proc rw - proc proc rw", "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw"];
        Assert.Equal(found, OperatingSystem.IsLinux() ? CgroupHome.FindOwn(own.Split('\n'), mounts) : found);
        Assert.Null(OperatingSystem.IsLinux() ? CgroupHome.FindOwn(own.Split('\n'), mounts[..1]) : null);
    }

    private string OfWorker(int id) => _tree.PathOf(new WorkerIdentity("shop", id, 0, 1));

    private void Kill(int worker, int kills, int reached)
    {
        Group.Write("memory.events.local", $"oom {reached}\n");
        new Cgroup(OfWorker(worker)).Write("memory.events", $"oom 0\noom_kill {kills}\n");
    }

    private Cgroup Group => _tree.Find("Shop");

    private void Apply(GroupSettings limits) => _tree.Apply(new() { ProcessGroups = new Dictionary<string, ProcessGroupSettings> { ["shop"] = new() { Group = limits } } });

    private static ProxyGroupsSettings Below(string applicationGroup, GroupSettings above, GroupSettings limits) => new()
    {
        ApplicationGroups = new Dictionary<string, ApplicationGroupSettings> { ["python"] = new() { Group = above } },
        ProcessGroups = new Dictionary<string, ProcessGroupSettings> { ["shop"] = new() { ApplicationGroup = applicationGroup, Group = limits } },
    };

    private (string? Weight, string? Cpus, string? Memory, string? High, string? Tasks) Written() =>
        (Group.Read("cpu.weight"), Group.Read("cpu.max"), Group.Read("memory.max"), Group.Read("memory.high"), Group.Read("pids.max"));
}
