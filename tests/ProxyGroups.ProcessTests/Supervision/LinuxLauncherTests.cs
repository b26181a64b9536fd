using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.ProcessTests.Supervision;

/// <summary>What a worker finds around itself, and what becomes of what it starts.</summary>
public sealed class LinuxLauncherTests : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Mark = new() { [WorkerMark.Variable] = $"{Guid.NewGuid():N}.1." };

    private readonly WorkerBench _bench = new();
    private readonly List<ILaunchedProcess> _processes = [];

    public async ValueTask DisposeAsync()
    {
        _processes.ForEach(process => process.Dispose());
        await _bench.DisposeAsync();
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task The_environment_is_exactly_the_given_one()
    {
        var spec = _bench.Spec("/usr/bin/env") with { Environment = new Dictionary<string, string> { ["A.b-c"] = "1", ["lower"] = "x", ["LOWER"] = "y=z\u00e4" } };
        var lines = (await ReadAsync(spec)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("A.b-c=1,LOWER=y=z\u00e4,lower=x", string.Join(',', lines.Where(line => !line.StartsWith(WorkerMark.Variable, StringComparison.Ordinal)).Order(StringComparer.Ordinal)));
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Limits_niceness_directory_and_empty_input_hold()
    {
        var spec = _bench.Shell("ulimit -n; nice; pwd; cat; grep SigIgn /proc/self/status; grep NoNewPrivs /proc/self/status") with { Nice = 7, OpenFiles = 333, Directory = "/usr" };
        var lines = (await ReadAsync(spec)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["333", "7", "/usr", "SigIgn:\t0000000000000000", "NoNewPrivs:\t1"], lines);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Every_limit_and_the_umask_hold()
    {
        const string Script = "ulimit -St; ulimit -Ht; ulimit -v; ulimit -c; umask; grep NoNewPrivs /proc/self/status";
        var ours = OurUmask();
        var spec = _bench.Shell(Script) with { CpuSeconds = 50, AddressSpace = 1L << 30, CoreSize = 0, Umask = 0b010_111, NoNewPrivileges = false };
        Assert.Equal(["50", "60", "1048576", "0", "0027", "NoNewPrivs:\t0"], Lines(await ReadAsync(spec)));
        Assert.Equal(ours, OurUmask());
        Assert.Equal([ours], Lines(await ReadAsync(_bench.Shell("umask"))));
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_worker_that_has_used_its_cpu_time_ends_by_a_signal_with_a_name()
    {
        var process = await LaunchAsync(_bench.Shell("while :; do :; done") with { CpuSeconds = 1 });
        Assert.Equal("signal 24 (XCPU)", (await process.Exited.WaitAsync(TestContext.Current.CancellationToken)).ToString());
    }

    [Theory(Timeout = WorkerBench.TestTimeout)]
    [InlineData("nobody", null, null, "nobody nogroup nogroup")]
    [InlineData("nobody", "daemon", "", "nobody daemon daemon")]
    [InlineData("nobody", null, "mail,daemon", "nobody nogroup nogroup mail daemon")]
    [InlineData(null, "daemon", "", "root daemon daemon")]
    public async Task Groups_are_those_that_are_named(string? user, string? group, string? supplementary, string identity)
    {
        var spec = _bench.Shell("echo $(id -un) $(id -gn) $(id -Gn)") with { User = user, Group = group, Directory = "/", SupplementaryGroups = supplementary?.Split(',', StringSplitOptions.RemoveEmptyEntries) };
        if (UnixUser.IsRoot)
        {
            var words = (await ReadAsync(spec)).Trim().Split(' ');
            Assert.Equal(identity.Split(' ').Order(), words.Order());
            return;
        }

        Assert.Contains("Only root", (await Assert.ThrowsAsync<LaunchException>(() => LaunchAsync(spec))).Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = WorkerBench.TestTimeout)]
    [InlineData(null, "", 0)]
    [InlineData(null, "kill", 1L << 5)]
    [InlineData("nobody", "kill,net_bind_service", (1L << 5) | (1L << 10))]
    public async Task Only_the_capabilities_that_are_named_can_ever_be_had(string? user, string capabilities, long bits)
    {
        var spec = _bench.Shell("grep -E 'CapBnd|CapEff' /proc/self/status") with { User = user, Directory = "/", Capabilities = capabilities.Split(',', StringSplitOptions.RemoveEmptyEntries) };
        if (UnixUser.IsRoot)
        {
            Assert.Equal([$"CapEff:\t{(user is null ? bits : 0):x16}", $"CapBnd:\t{bits:x16}"], Lines(await ReadAsync(spec)));
            return;
        }

        Assert.Contains("Only root", (await Assert.ThrowsAsync<LaunchException>(() => LaunchAsync(spec))).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task The_worker_is_the_started_process_and_leads_its_session()
    {
        var process = await LaunchAsync(_bench.Spec("sleep", "600"));
        var stat = ProcessStat.Read(process.Pid)!.Value;
        Assert.Equal((process.Pid, process.Pid, process.StartTime), (stat.Group, stat.Session, stat.StartTime));
        await Alive.UntilAsync(() => File.ReadAllText($"/proc/{process.Pid}/comm").Trim() == "sleep", "the chain did not end in the program");
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_daemon_is_ended_with_its_worker_however_quickly_it_forks()
    {
        const string Daemon = "import os, time\nif os.fork(): os._exit(0)\nos.setsid()\nif os.fork(): os._exit(0)\nos.closerange(0, 3)\ntime.sleep(600)";
        for (var round = 0; round < 20; round++)
        {
            var mark = Guid.NewGuid().ToString("N");
            var spec = _bench.Python(Daemon);
            var process = await _bench.Launcher.LaunchAsync(spec, new Dictionary<string, string> { [WorkerMark.Variable] = mark }, TestContext.Current.CancellationToken);
            await process.Exited;
            process.Dispose();
            Assert.Empty(await LateDaemonsAsync(mark));
        }
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_daemon_is_found_by_its_mark_at_the_end_of_a_large_environment()
    {
        var mark = Guid.NewGuid().ToString("N");
        var daemon = await LaunchAsync(_bench.Python($"import os\nos.execve('/bin/sleep', ['sleep', '600'], {{'LARGE': 'x' * 100_000, '{WorkerMark.Variable}': '{mark}'}})"));
        await Alive.UntilAsync(() => new ProcessFamily(leader: -1, mark).Find().Exists(process => process.Pid == daemon.Pid), "the daemon was not found");
    }

    // A process that the sweep missed shows itself a moment later.
    private static async Task<IEnumerable<int>> LateDaemonsAsync(string mark)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        var family = new ProcessFamily(leader: -1, mark);
        var late = family.Find();
        family.Kill();
        return late.Select(process => process.Pid);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Another_user_has_its_own_name_and_home()
    {
        if (!UnixUser.IsRoot)
        {
            var refused = await Assert.ThrowsAsync<LaunchException>(() => LaunchAsync(_bench.Shell("id") with { User = "nobody" }));
            Assert.Contains("Only root", refused.Message, StringComparison.Ordinal);
            return;
        }

        var text = await ReadAsync(_bench.Shell("id -un; echo $HOME $USER $LOGNAME; grep CapInh /proc/self/status") with { User = "nobody", Directory = "/", Environment = new Dictionary<string, string> { ["HOME"] = Environment.GetEnvironmentVariable("HOME") ?? "" } });
        Assert.Equal(["nobody", "/nonexistent nobody nobody", "CapInh:\t0000000000000000"], text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    // The loader tells of each program that it starts: by the user's environment file the user could have its code loaded as well.
    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Variables_of_the_loader_reach_the_program_and_nothing_that_runs_before_as_root()
    {
        var user = UnixUser.IsRoot ? "nobody" : null;
        var spec = _bench.Spec("/usr/bin/env") with { User = user, Directory = "/", Environment = new Dictionary<string, string> { ["LD_SHOW_AUXV"] = "1", ["TZDIR"] = "/zone", ["PLAIN"] = "1" } };
        var lines = Lines(await ReadAsync(spec));
        Assert.Equal(["PLAIN=1", "TZDIR=/zone"], lines.Where(static line => line is "PLAIN=1" or "TZDIR=/zone").Order(StringComparer.Ordinal));
        var uid = user is null ? Libc.GetEffectiveUser() : UnixUser.Find(user)!.Id;
        Assert.Equal([$"{uid}"], lines.Where(static line => line.StartsWith("AT_UID:", StringComparison.Ordinal)).Select(static line => line[7..].Trim()));
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_link_in_the_place_of_the_directory_leads_nowhere_that_the_user_cannot_go()
    {
        if (!UnixUser.IsRoot)
        {
            return;
        }

        var folder = Directory.CreateTempSubdirectory("pgt");
        try
        {
            folder.UnixFileMode |= UnixFileMode.OtherExecute;
            Directory.CreateDirectory(Path.Combine(folder.FullName, "private", "inner"));
            File.SetUnixFileMode(Path.Combine(folder.FullName, "private"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Directory.CreateSymbolicLink(Path.Combine(folder.FullName, "app"), "private/inner");
            var process = await LaunchAsync(_bench.Spec("/bin/pwd") with { User = "nobody", Directory = Path.Combine(folder.FullName, "app") });
            Assert.Contains("Permission denied", await new StreamReader(process.StandardError).ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.NotEqual(0, (await process.Exited).Code);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_program_may_have_an_equals_sign_in_its_path()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_bench.Spec().Directory, "a=b")).FullName;
        Script(folder, "run", "#!/bin/sh\necho ran\n", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Equal("ran\n", await ReadAsync(_bench.Spec(Path.Combine(folder, "run"))));
    }

    [Theory(Timeout = WorkerBench.TestTimeout)]
    [InlineData("no-such-program", "was not found on PATH")]
    [InlineData("./missing", "does not exist")]
    [InlineData("./plain", "is not executable")]
    [InlineData("./crlf", "asks for the interpreter '/bin/sh'")]
    [InlineData("./orphan", "asks for the interpreter '/no/such/python'")]
    public async Task A_program_that_cannot_run_is_named(string program, string cause)
    {
        var folder = _bench.Spec().Directory;
        Script(folder, "plain", "x", UnixFileMode.UserRead);
        Script(folder, "crlf", "#!/bin/sh\r\n", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Script(folder, "orphan", "#!/no/such/python -u\n", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var failure = await Assert.ThrowsAsync<LaunchException>(() => LaunchAsync(_bench.Spec(program)));
        Assert.Contains(cause, failure.Message, StringComparison.Ordinal);
        Assert.NotEmpty(failure.Remedy);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task An_unknown_user_and_a_missing_directory_are_named()
    {
        Assert.Contains("no user 'nobody-here'", (await Assert.ThrowsAsync<LaunchException>(() => LaunchAsync(_bench.Spec("true") with { User = "nobody-here" }))).Message, StringComparison.Ordinal);
        Assert.Contains("Directory '/no/such'", (await Assert.ThrowsAsync<LaunchException>(() => LaunchAsync(_bench.Spec("true") with { Directory = "/no/such" }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_tool_names_its_package() =>
        Assert.Contains("coreutils", Assert.Throws<LaunchException>(() => ExecChain.Locate("/nowhere")).Remedy, StringComparison.Ordinal);

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Exit_is_noticed_while_a_grandchild_holds_the_output()
    {
        var process = await LaunchAsync(_bench.Shell("sleep 600 & exit 7"));
        Assert.Equal(7, (await process.Exited.WaitAsync(TestContext.Current.CancellationToken)).Code);
    }

    [Theory(Timeout = WorkerBench.TestTimeout)]
    [InlineData("sleep 600 & echo $!; wait")]
    [InlineData("setsid sleep 600 & echo $!; wait")]
    [InlineData("setsid env -i /bin/sleep 600 & echo $!; wait")]
    [InlineData("(setsid sh -c 'echo $$; exec sleep 600' &) ; sleep 600")]
    public async Task Killing_the_tree_reaches_those_that_left_it(string script)
    {
        var process = await LaunchAsync(_bench.Shell(script));
        var child = int.Parse((await new StreamReader(process.StandardOutput).ReadLineAsync(TestContext.Current.CancellationToken))!, null);
        Assert.True(Alive.Is(child));
        process.KillTree();
        await process.Exited.WaitAsync(TestContext.Current.CancellationToken);
        await Alive.UntilGoneAsync(child, process.Pid);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task After_the_exit_what_the_worker_left_is_ended()
    {
        var process = await LaunchAsync(_bench.Shell("setsid sleep 600 & echo $!"));
        var child = int.Parse((await new StreamReader(process.StandardOutput).ReadLineAsync(TestContext.Current.CancellationToken))!, null);
        await process.Exited.WaitAsync(TestContext.Current.CancellationToken);
        process.KillTree();
        await Alive.UntilGoneAsync(child);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_worker_outlives_the_thread_that_asked_for_it()
    {
        Task<ILaunchedProcess>? launch = null;
        var thread = new Thread(() => launch = LaunchAsync(_bench.Spec("sleep", "600")));
        thread.Start();
        thread.Join();
        var process = await launch!;
        var other = await LaunchAsync(_bench.Spec("true"));
        await other.Exited.WaitAsync(TestContext.Current.CancellationToken);
        Assert.True(Alive.Is(process.Pid));
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Workers_inherit_their_own_lifeline_and_nothing_else()
    {
        var launched = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => LaunchAsync(_bench.Spec("sleep", "600"))));
        await Task.WhenAll(launched.Select(process => Alive.UntilAsync(() => File.ReadAllText($"/proc/{process.Pid}/comm").Trim() == "sleep", "not started")));
        var held = launched.Select(process => Held(process.Pid)).ToList();

        // What all of them have came from whoever started the tests.
        Assert.All(held, own => Assert.Single(own, target => held.Count(other => other.Contains(target)) < held.Count));
        Assert.All(held, own => Assert.Single(own, target => held.Count(other => other.Contains(target)) is 1));
    }

    private static HashSet<string> Held(int pid) =>
        [.. Directory.GetFileSystemEntries($"/proc/{pid}/fd").Where(entry => int.Parse(Path.GetFileName(entry), null) > 2).Select(entry => new FileInfo(entry).LinkTarget!)];

    private static void Script(string folder, string name, string text, UnixFileMode mode)
    {
        File.WriteAllText(Path.Combine(folder, name), text);
        File.SetUnixFileMode(Path.Combine(folder, name), mode);
    }

    private async Task<ILaunchedProcess> LaunchAsync(LaunchSpec spec)
    {
        var process = await _bench.Launcher.LaunchAsync(spec, Mark, TestContext.Current.CancellationToken);
        lock (_processes)
        {
            _processes.Add(process);
        }

        return process;
    }

    private static string OurUmask() => File.ReadLines("/proc/self/status").First(line => line.StartsWith("Umask", StringComparison.Ordinal)).Split('\t')[1];

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task<string> ReadAsync(LaunchSpec spec)
    {
        var process = await LaunchAsync(spec);
        return await new StreamReader(process.StandardOutput).ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
