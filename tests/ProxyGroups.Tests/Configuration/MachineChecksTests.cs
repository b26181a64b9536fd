using ProxyGroups.Configuration;
using Xunit;

namespace ProxyGroups.Tests.Configuration;

public sealed class MachineChecksTests
{
    private static readonly MachineFacts Root = new()
    {
        ContentRoot = "/srv/site",
        IsLinux = true,
        IsRoot = true,
        UserName = "root",
        Users = new HashSet<string> { "root", "www-data" },
        Groups = new HashSet<string> { "root", "www-data", "shop-data" },
        HardLimits = new Dictionary<string, long> { ["Max open files"] = 1024, ["Max cpu time"] = 100, ["Max address space"] = 1L << 30, ["Max core file size"] = 0 },
        MayRaiseLimits = true,
        DirectoryExists = path => path is "/srv/site" or "/srv/site/apps/shop",
        ProgramExists = _ => true,
    };

    private static readonly MachineFacts Plain = Root with { IsLinux = false };
    private static readonly MachineFacts Nobody = Root with { IsRoot = false, UserName = "nobody", MayRaiseLimits = false };

    private static readonly MachineFacts Delegated = Root with { Cgroup = new("/sys/fs/cgroup/web", new HashSet<string> { "cpu", "memory" }, null) };

    private static GroupSettings AllLimits => new() { CpuWeight = 1, Cpus = 1, Memory = 2 << 20, MemoryHigh = 1 << 20, Tasks = 9 };

    private static WorkerSettings Everything => new()
    {
        User = "www-data", Group = "shop-data", SupplementaryGroups = ["www-data"], Umask = "027", Nice = -5, CpuSeconds = 9999,
        OpenFiles = 9999, AddressSpace = 1L << 40, CoreSize = 1, Capabilities = [],
    };

    [Fact]
    public void What_the_machine_can_honour_is_accepted()
    {
        var settings = Settings(new() { Directory = "apps/shop", Worker = Everything });
        Assert.Empty(MachineChecks.Check(settings with { RuntimeDirectory = "/" + new string('x', 81) }, Root));
        Assert.Empty(MachineChecks.Check(Settings(new() { Worker = new() { User = "nobody", Nice = 5, OpenFiles = 1024, CpuSeconds = 90, AddressSpace = 1L << 30, CoreSize = 0, Umask = "077" } }), Nobody));
        Assert.Empty(MachineChecks.Check(Settings(new()), Plain with { ProgramExists = _ => false }));
    }

    [Fact]
    public void Limits_of_a_group_need_a_cgroup_and_each_its_controller()
    {
        Assert.Empty(MachineChecks.Check(Settings(new() { Group = AllLimits with { Tasks = null } }), Delegated));
        Expect(
            "ProxyGroups:ProcessGroups:shop:Group:Tasks needs the cgroup controller \"pids\", which /sys/fs/cgroup/web does not have. Remove it, or delegate the controller (Delegate=pids); what cgroup v1 holds is not there for v2: boot with systemd.unified_cgroup_hierarchy=1.",
            Settings(new() { Group = AllLimits }), Delegated);
        Expect(
            "ProxyGroups:ProcessGroups:shop:Group:Memory needs a cgroup of the front door's own: this system has no cgroup v2 file system. Remove it, or give the front door a cgroup: Delegate=yes in its systemd unit, or the folder of one that its user may write in ProxyGroups:Cgroup.",
            Settings(new() { Group = new() { Memory = 2 << 20 } }), Root);
        Assert.Equal(5, MachineChecks.Check(Settings(new() { Group = AllLimits }), Root).Count);
        Expect(
            "ProxyGroups:ApplicationGroups:python:Group:Tasks needs the cgroup controller \"pids\", which /sys/fs/cgroup/web does not have. Remove it, or delegate the controller (Delegate=pids); what cgroup v1 holds is not there for v2: boot with systemd.unified_cgroup_hierarchy=1.",
            Settings(new()) with { ApplicationGroups = new Dictionary<string, ApplicationGroupSettings> { ["python"] = new() { Group = AllLimits } } }, Delegated);
    }

    [Fact]
    public void A_cgroup_that_is_named_has_to_be_one() => Expect(
        "ProxyGroups:Cgroup = \"/web\" cannot be used: /web is no cgroup v2 folder. Make a folder in the cgroup v2 file system (mkdir), give it to the front door's user (chown), and name it here.",
        Settings(new() { Group = AllLimits }) with { Cgroup = "/web" }, Root with { Cgroup = new("/web", new HashSet<string>(), "/web is no cgroup v2 folder") });

    [Fact]
    public void A_cap_on_memory_needs_Linux() => Expect(
        "ProxyGroups:MaxMemory = \"2097152\" cannot be honoured by the plain launcher. Remove it, or run on Linux with \"Launcher\": \"auto\".", Settings(new()) with { MaxMemory = 2 << 20 }, Plain);

    [Fact]
    public void What_is_not_enabled_is_not_checked() =>
        Assert.Empty(MachineChecks.Check(Settings(new() { Directory = "nowhere" }) with { Enabled = false }, Root));

    [Fact]
    public void A_log_file_that_is_a_directory_is_refused() => Expect(
        "ProxyGroups:ProcessGroups:shop:Log:File = \"apps/shop\" is a directory: /srv/site/apps/shop. Name a file in it, such as \"logs/app.log\".",
        Settings(new() { Log = new() { File = "apps/shop" } }), Root);

    [Fact]
    public void A_missing_directory_is_named_in_full() => Expect(
        "ProxyGroups:ProcessGroups:shop:Directory = \"apps/blog\" does not exist: /srv/site/apps/blog. Create it, or correct the path; relative ones start at the content root.",
        Settings(new() { Directory = "apps/blog" }), Root);

    [Theory]
    [InlineData("www-dta", "is not in /etc/passwd. Did you mean \"www-data\"?")]
    [InlineData("shop", "is not in /etc/passwd. Create it: adduser --system --group shop")]
    public void An_unknown_user_is_refused(string user, string error) => Expect(
        $"ProxyGroups:ProcessGroups:shop:Worker:User = \"{user}\" {error}", Settings(new() { Worker = new() { User = user } }), Root);

    [Fact]
    public void Another_user_needs_root() => Expect(
        "ProxyGroups:ProcessGroups:shop:Worker:User = \"www-data\" needs a front door that is root; it is nobody. Start the front door as root, or remove User.",
        Settings(new() { Worker = new() { User = "www-data" } }), Nobody);

    [Fact]
    public void Negative_niceness_needs_root() => Expect(
        "ProxyGroups:ProcessGroups:shop:Worker:Nice = \"-1\" is negative, which needs root. Write 0 to 19, or start the front door as root.",
        Settings(new() { Worker = new() { Nice = -1 } }), Nobody);

    [Theory]
    [InlineData("OpenFiles", "1025", "1024", "LimitNOFILE")]
    [InlineData("CpuSeconds", "91", "90", "LimitCPU")]
    [InlineData("AddressSpace", "1073741825", "1073741824", "LimitAS")]
    [InlineData("CoreSize", "1", "0", "LimitCORE")]
    public void More_than_a_hard_limit_needs_root(string key, string value, string limit, string unit)
    {
        var number = long.Parse(value, null);
        WorkerSettings worker = key switch
        {
            "OpenFiles" => new() { OpenFiles = (int)number },
            "CpuSeconds" => new() { CpuSeconds = (int)number },
            "AddressSpace" => new() { AddressSpace = number },
            _ => new() { CoreSize = number },
        };
        var error = $"ProxyGroups:ProcessGroups:shop:Worker:{key} = \"{value}\" is above the hard limit of the front door ({limit}), and raising it needs root with CAP_SYS_RESOURCE. Write {limit} or less, or raise {unit}= in the front door's systemd unit.";
        Expect(error, Settings(new() { Worker = worker }), Nobody);
        Expect(error, Settings(new() { Worker = worker }), Root with { MayRaiseLimits = false });
        Assert.Empty(MachineChecks.Check(Settings(new() { Worker = worker }), Root));
    }

    [Fact]
    public void Groups_and_capabilities_need_root() => Expect("""
        ProxyGroups:ProcessGroups:shop:Worker:Group = "www-data" needs a front door that is root; it is nobody. Start the front door as root, or remove the group.
        ProxyGroups:ProcessGroups:shop:Worker:SupplementaryGroups:0 = "shop-data" needs a front door that is root; it is nobody. Start the front door as root, or remove the group.
        ProxyGroups:ProcessGroups:shop:Worker:Capabilities needs a front door that is root; it is nobody. Start the front door as root, or remove Capabilities.
        """, Settings(new() { Worker = new() { Group = "www-data", SupplementaryGroups = ["shop-data"], Capabilities = [] } }), Nobody);

    [Fact]
    public void An_empty_list_of_groups_needs_root_too() => Expect(
        "ProxyGroups:ProcessGroups:shop:Worker:SupplementaryGroups needs a front door that is root; it is nobody. Start the front door as root, or remove SupplementaryGroups.",
        Settings(new() { Worker = new() { SupplementaryGroups = [] } }), Nobody);

    [Fact]
    public void An_unknown_group_is_refused() => Expect("""
        ProxyGroups:ProcessGroups:shop:Worker:Group = "www-dat" is not in /etc/group. Did you mean "www-data"?
        ProxyGroups:ProcessGroups:shop:Worker:SupplementaryGroups:1 = "printers" is not in /etc/group. Create it: addgroup --system printers
        """, Settings(new() { Worker = new() { Group = "www-dat", SupplementaryGroups = ["shop-data", "printers"] } }), Root);

    [Fact]
    public void An_umask_needs_unshare() => Expect(
        "ProxyGroups:ProcessGroups:shop:Worker:Umask = \"027\" needs unshare(2), which this system forbids. Remove it, or let the container allow unshare(2).",
        Settings(new() { Worker = new() { Umask = "027" } }), Root with { MaySetUmask = false });

    [Fact]
    public void Workers_that_run_as_root_are_named_in_one_warning()
    {
        var settings = new ProxyGroupsSettings { ProcessGroups = new Dictionary<string, ProcessGroupSettings> { ["shop"] = new(), ["blog"] = new() { Worker = new() { User = "root" } }, ["safe"] = new() { Worker = new() { User = "www-data" } } } };
        var warning = Assert.Single(MachineChecks.Warn(settings, Root));
        Assert.Equal("RUN AS ROOT: the workers of blog, shop; a hole in one of these apps gives away the whole machine", warning.Message);
        Assert.Contains("\"User\": \"www-data\"", warning.Remedy, StringComparison.Ordinal);
        Assert.Empty(MachineChecks.Warn(settings, Nobody));
        Assert.Empty(MachineChecks.Warn(settings with { Enabled = false }, Root));
        Assert.Empty(MachineChecks.Warn(Settings(new() { Worker = new() { User = "www-data" } }), Root));
    }

    /// <summary>The content root and a slash are 10 bytes, each ü is two.</summary>
    [Fact]
    public void A_runtime_directory_must_leave_room_for_socket_names()
    {
        var directory = "x" + new string('ü', 36);
        Assert.Empty(MachineChecks.Check(Settings(new()) with { RuntimeDirectory = directory[1..] }, Root));
        Expect(
            $"ProxyGroups:RuntimeDirectory = \"{directory}\" is too long: its sockets (/srv/site/{directory}/...) would need 108 bytes, and the system allows 107. Write a directory of at most 82 bytes, such as \"/run/proxygroups\".",
            Settings(new()) with { RuntimeDirectory = directory }, Root);
    }

    [Fact]
    public void The_linux_launcher_needs_linux() => Expect(
        "ProxyGroups:Launcher = \"linux\" cannot work: this system is not Linux. Write \"auto\" or \"plain\".",
        Settings(new()) with { Launcher = LauncherKind.Linux }, Plain);

    [Fact]
    public void The_plain_launcher_honours_no_limits()
    {
        var settings = Settings(new() { Worker = Everything, Group = AllLimits, Timeouts = new() { Watchdog = TimeSpan.FromSeconds(9) }, Recycle = new() { WorkerMemory = 1 << 30 } });
        var errors = MachineChecks.Check(settings, Plain);
        Assert.Equal(errors, MachineChecks.Check(settings with { Launcher = LauncherKind.Plain }, Root));
        Assert.Equal(["User", "Group", "SupplementaryGroups", "Umask", "Nice", "CpuSeconds", "OpenFiles", "AddressSpace", "CoreSize", "Capabilities", "Watchdog", "WorkerMemory", "CpuWeight", "Cpus", "Memory", "MemoryHigh", "Tasks"], errors.Select(error => error.Path[(error.Path.LastIndexOf(':') + 1)..]));
        Assert.All(errors, error => Assert.Equal("cannot be honoured by the plain launcher", error.Message));
    }

    [Theory]
    [InlineData("env", "coreutils")]
    [InlineData("setsid", "util-linux")]
    [InlineData("setpriv", "util-linux")]
    [InlineData("nice", "coreutils")]
    [InlineData("prlimit", "util-linux")]
    public void A_missing_program_is_named_with_its_package(string program, string package) => Expect(
        $"ProxyGroups:Launcher = \"linux\" needs the program {program}, which is not on PATH. Install it: apt-get install {package}; or write \"Launcher\": \"plain\".",
        Settings(new() { Worker = new() { Nice = 5, CpuSeconds = 64 } }), Root with { ProgramExists = name => name != program });

    [Fact]
    public void Programs_for_settings_that_are_not_set_may_be_missing() =>
        Assert.Empty(MachineChecks.Check(Settings(new()), Root with { ProgramExists = name => name is not ("nice" or "prlimit") }));

    [Fact]
    public void Texts_that_are_no_paths_are_left_to_the_validator() =>
        Assert.Empty(MachineChecks.Check(Settings(new() { Directory = "" }) with { RuntimeDirectory = "\0" }, Root));

    [Fact]
    public void Hard_limits_are_read_from_proc()
    {
        var limits = MachineFacts.ReadHardLimits(
        [
            "Limit                     Soft Limit           Hard Limit           Units     ",
            "Max open files            1024                 524288               files     ",
            "Max cpu time              unlimited            unlimited            seconds   ",
            "Max nice priority         0                    0                    ",
        ]);
        Assert.Equal(new Dictionary<string, long> { ["Max open files"] = 524288, ["Max nice priority"] = 0 }, limits);
    }

    [Theory]
    [InlineData("CapEff:\t000001ffffffffff", true)]
    [InlineData("CapEff:\t000001fffeffffff", false)]
    [InlineData("CapPrm:\t000001ffffffffff", false)]
    public void Capabilities_are_read_from_proc(string line, bool has) => Assert.Equal(has, MachineFacts.HasCapability(["Name:\tx", line], 24));

    [Fact]
    public void This_machine_can_be_read()
    {
        var facts = MachineFacts.Read(".");
        Assert.True(Path.IsPathRooted(facts.ContentRoot));
        Assert.True(facts.DirectoryExists(facts.ContentRoot));
        Assert.False(facts.ProgramExists("no-such-program"));
    }

    private static ProxyGroupsSettings Settings(ProcessGroupSettings shop) =>
        new() { ProcessGroups = new Dictionary<string, ProcessGroupSettings> { ["shop"] = shop } };

    private static void Expect(string error, ProxyGroupsSettings settings, MachineFacts machine) =>
        Assert.Equal(error.ReplaceLineEndings("\n"), string.Join('\n', MachineChecks.Check(settings, machine)));
}
