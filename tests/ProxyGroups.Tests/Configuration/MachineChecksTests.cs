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
        OpenFilesLimit = 1024,
        DirectoryExists = path => path is "/srv/site" or "/srv/site/apps/shop",
        ProgramExists = _ => true,
    };

    private static readonly MachineFacts Plain = Root with { IsLinux = false };
    private static readonly MachineFacts Nobody = Root with { IsRoot = false, UserName = "nobody" };

    [Fact]
    public void What_the_machine_can_honour_is_accepted()
    {
        var settings = Settings(new() { Directory = "apps/shop", Worker = new() { User = "www-data", Nice = -5, OpenFiles = 9999 } });
        Assert.Empty(MachineChecks.Check(settings with { RuntimeDirectory = "/" + new string('x', 81) }, Root));
        Assert.Empty(MachineChecks.Check(Settings(new() { Worker = new() { User = "nobody", Nice = 5, OpenFiles = 1024 } }), Nobody));
        Assert.Empty(MachineChecks.Check(Settings(new()), Plain with { ProgramExists = _ => false }));
    }

    [Fact]
    public void What_is_not_enabled_is_not_checked() =>
        Assert.Empty(MachineChecks.Check(Settings(new() { Directory = "nowhere" }) with { Enabled = false }, Root));

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

    [Fact]
    public void More_open_files_than_the_hard_limit_need_root() => Expect(
        "ProxyGroups:ProcessGroups:shop:Worker:OpenFiles = \"1025\" is above the hard limit of the front door (1024), and raising it needs root. Write 1024 or less, or raise LimitNOFILE= in the front door's systemd unit.",
        Settings(new() { Worker = new() { OpenFiles = 1025 } }), Nobody);

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
        var settings = Settings(new() { Worker = new() { User = "x", Nice = 1, OpenFiles = 64 } });
        var errors = MachineChecks.Check(settings, Plain);
        Assert.Equal(errors, MachineChecks.Check(settings with { Launcher = LauncherKind.Plain }, Root));
        Assert.Equal(["User", "Nice", "OpenFiles"], errors.Select(error => error.Path[(error.Path.LastIndexOf(':') + 1)..]));
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
        Settings(new() { Worker = new() { Nice = 5, OpenFiles = 64 } }), Root with { ProgramExists = name => name != program });

    [Fact]
    public void Programs_for_settings_that_are_not_set_may_be_missing() =>
        Assert.Empty(MachineChecks.Check(Settings(new()), Root with { ProgramExists = name => name is not ("nice" or "prlimit") }));

    [Fact]
    public void Texts_that_are_no_paths_are_left_to_the_validator() =>
        Assert.Empty(MachineChecks.Check(Settings(new() { Directory = "" }) with { RuntimeDirectory = "\0" }, Root));

    [Theory]
    [InlineData("Max open files            1024                 524288               files     ", 524288L)]
    [InlineData("Max open files            1024                 unlimited            files     ", null)]
    [InlineData("Max processes             1                    2                    processes ", null)]
    public void The_hard_limit_is_read_from_proc(string line, long? limit) => Assert.Equal(limit, MachineFacts.HardLimit(["Limit  Soft Limit  Hard Limit  Units", line]));

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
        Assert.Equal(error, string.Join('\n', MachineChecks.Check(settings, machine)));
}
