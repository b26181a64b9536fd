using System.Text.Json;
using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>Limits of a group as a person writes them, on a folder that stands in for the cgroup file system.</summary>
public sealed class CgroupTests : IDisposable
{
    private readonly string _cgroup = Directory.CreateTempSubdirectory("pg-cgroup-").FullName;
    private readonly string _root = FrontDoorProcess.CreateContentRoot();

    public CgroupTests()
    {
        File.WriteAllText(Path.Combine(_cgroup, "cgroup.controllers"), "cpu memory pids\n");
        File.WriteAllText(Path.Combine(_root, "app.py"), """
            import os
            def application(environ, start_response):
                start_response("200 OK", [("Content-Type", "text/plain")])
                return [str(os.getpid()).encode()]
            """);
    }

    public void Dispose() => Directory.Delete(_cgroup, recursive: true);

    [Fact]
    public async Task Changed_limits_apply_without_a_restart()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(Settings(512), _root);
        var pid = await frontDoor.Client.GetStringAsync("/", TestContext.Current.CancellationToken);
        Assert.Equal("536870912", Limit());
        await File.WriteAllTextAsync(frontDoor.SettingsPath, Settings(256), TestContext.Current.CancellationToken);
        await frontDoor.WaitForLogAsync(static line => line.Contains("its running workers follow", StringComparison.Ordinal));
        Assert.Equal("268435456", Limit());
        Assert.Equal(pid, await frontDoor.Client.GetStringAsync("/", TestContext.Current.CancellationToken));
        Assert.Contains(pid, Directory.GetFiles(_cgroup, "cgroup.procs", SearchOption.AllDirectories).Select(File.ReadAllText));
    }

    [Fact]
    public async Task Check_shows_the_limits_and_refuses_those_without_a_controller()
    {
        await File.WriteAllTextAsync(Path.Combine(_root, "appsettings.json"), Settings(512), TestContext.Current.CancellationToken);
        var (code, output) = await FrontDoorProcess.RunToEndAsync(["check"], _root);
        Assert.Equal(0, code);
        Assert.Contains("limits of the group: 1.5 cores, memory 512MiB", output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(_cgroup, "cgroup.controllers"), "cpu\n", TestContext.Current.CancellationToken);
        (code, output) = await FrontDoorProcess.RunToEndAsync(["check"], _root);
        Assert.Equal(1, code);
        Assert.Contains("ProxyGroups:ProcessGroups:app:Group:Memory", output, StringComparison.Ordinal);
        Assert.Contains("needs the cgroup controller \"memory\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_moves_into_an_application_group_and_its_limits_at_a_reload()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(Settings(512), _root);
        var first = await frontDoor.Client.GetStringAsync("/", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(frontDoor.SettingsPath, Settings(512, "python"), TestContext.Current.CancellationToken);
        await frontDoor.WaitForLogAsync(line => line.Contains($"pid {first}", StringComparison.Ordinal) && line.Contains("ended", StringComparison.Ordinal));
        var second = await frontDoor.Client.GetStringAsync("/", TestContext.Current.CancellationToken);
        Assert.NotEqual(first, second);
        var above = Assert.Single(Directory.GetDirectories(_cgroup, "application-group.python", SearchOption.AllDirectories));
        Assert.Equal("1073741824", await File.ReadAllTextAsync(Path.Combine(above, "memory.max"), TestContext.Current.CancellationToken));
        Assert.Contains(second, Directory.GetFiles(Path.Combine(above, "app"), "cgroup.procs", SearchOption.AllDirectories).Select(File.ReadAllText));
    }

    [Fact]
    public async Task A_kill_for_want_of_memory_in_a_worker_that_lives_is_told_in_log_events_and_status()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(Settings(512), _root);
        var pid = await frontDoor.Client.GetStringAsync("/", TestContext.Current.CancellationToken);
        var ofWorker = Path.GetDirectoryName(Assert.Single(Directory.GetFiles(_cgroup, "cgroup.procs", SearchOption.AllDirectories), file => File.ReadAllText(file) == pid))!;
        await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(ofWorker)!, "memory.events.local"), "oom 1\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(ofWorker, "memory.events"), "oom_kill 1\n", TestContext.Current.CancellationToken);
        const string Words = "1 process of it was killed by the kernel: memory limit 512MiB of group app reached; raise Group:Memory";
        await frontDoor.WaitForLogAsync(line => line.Contains($"pid {pid}: {Words}", StringComparison.Ordinal));
        foreach (var command in new[] { "events", "status" })
        {
            var (code, output) = await FrontDoorProcess.RunToEndAsync([command, "app"], _root);
            Assert.Equal((0, true), (code, output.Contains(Words, StringComparison.Ordinal)));
        }

        Assert.Equal(pid, await frontDoor.Client.GetStringAsync("/", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_preloader_lives_in_the_cgroup_of_its_application_group()
    {
        var settings = JsonNode.Parse(Settings(512, "python"))!;
        settings["ProxyGroups"]!["ApplicationGroups"]!["python"]!["Preload"] = new JsonArray("decimal");
        await using var frontDoor = await FrontDoorProcess.StartAsync(settings, _root);
        var pid = await frontDoor.Client.GetStringAsync("/", TestContext.Current.CancellationToken);
        var preloader = (await File.ReadAllTextAsync($"/proc/{pid}/stat", TestContext.Current.CancellationToken)).Split(' ')[3];
        Assert.NotEqual($"{frontDoor.Pid}", preloader);
        var above = Assert.Single(Directory.GetDirectories(_cgroup, "application-group.python", SearchOption.AllDirectories));
        Assert.Equal(preloader, await File.ReadAllTextAsync(Path.Combine(Assert.Single(Directory.GetDirectories(above, "preloader.*")), "cgroup.procs"), TestContext.Current.CancellationToken));
        Assert.Contains(pid, Directory.GetFiles(Path.Combine(above, "app"), "cgroup.procs", SearchOption.AllDirectories).Select(File.ReadAllText));
        Poll.Kill(int.Parse(preloader, null));
        await Poll.UntilAsync(() => Directory.GetFiles(above, "cgroup.procs", SearchOption.AllDirectories).Any(file => file.Contains("preloader.", StringComparison.Ordinal) && File.ReadAllText(file) != preloader), "the next preloader", TestContext.Current.CancellationToken);
        Assert.Equal(pid, await frontDoor.Client.GetStringAsync("/", TestContext.Current.CancellationToken));
    }

    private string Settings(int mebibytes, string? applicationGroup = null) => JsonSerializer.Serialize(new
    {
        ReverseProxy = new { Routes = new { app = new { ClusterId = "app", Match = new { Path = "/{**rest}" } } } },
        ProxyGroups = new
        {
            Cgroup = _cgroup,
            ApplicationGroups = applicationGroup is null ? null : new Dictionary<string, object> { [applicationGroup] = new { Group = new { Memory = "1GiB" } } },
            ProcessGroups = new { app = new { Wsgi = "app:application", ApplicationGroup = applicationGroup, Group = new { Cpus = 1.5, Memory = $"{mebibytes}MiB" } } },
        },
    });

    private string Limit() => File.ReadAllText(Assert.Single(Directory.GetFiles(_cgroup, "memory.max", SearchOption.AllDirectories)));
}
