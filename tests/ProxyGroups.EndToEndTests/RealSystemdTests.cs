using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>The units of samples/systemd under a real systemd, which runs in namespaces of its own (Apps/real_systemd.sh). That needs root, cgroup2 and systemd.</summary>
public sealed class RealSystemdTests : IAsyncLifetime
{
    private const string App = """
        import os, time
        def application(environ, start_response):
            if environ["PATH_INFO"] == "/slow":
                time.sleep(2)
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [str(os.getpid()).encode()]
        """;

    private readonly string _root = FrontDoorProcess.CreateContentRoot();
    private readonly string? _cgroup = Mount() is { } mount ? Path.Combine(mount, $"pg-systemd-{Guid.NewGuid():N}") : null;
    private readonly HttpClient _client = new() { BaseAddress = new Uri($"http://127.0.0.1:{FreePort()}"), DefaultRequestHeaders = { ConnectionClose = true } };
    private Process? _manager;
    private int _pid;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && _cgroup is not null && File.Exists("/lib/systemd/systemd"), "needs root, a cgroup2 file system and systemd");
        TestApps.LetOthersIn(_root);
        await File.WriteAllTextAsync(Path.Combine(_root, "app.py"), App, Token);
        var site = Site.Of(("app", new { Wsgi = "app:application", TestApps.Python, Processes = 2, Worker = new { User = "nobody" }, Queue = new { Limit = 5000, MaxWait = "60s" } }));
        await File.WriteAllTextAsync(Path.Combine(_root, "appsettings.json"), site.ToJsonString(), Token);
        try
        {
            await StartAsync();
        }
        catch
        {
            // Nobody else does, and a systemd that is left would live on.
            await DisposeAsync();
            throw;
        }
    }

    private async Task StartAsync()
    {
        _manager = Process.Start(new ProcessStartInfo(TestApps.Folder("real_systemd.sh"),
            [_cgroup!, Path.GetDirectoryName(FrontDoorProcess.HostPath())!, FrontDoorProcess.Sample("systemd"), _root, $"{_client.BaseAddress!.Port}"]))!;
        // The script has children of its own before it has become unshare(1), whose only one this is.
        var name = $"/proc/{_manager.Id}/comm";
        await Poll.UntilAsync(() => File.ReadAllText(name) == "unshare\n" && ProcessTree.ChildrenOf(_manager.Id) is [var first] && (_pid = first) > 0, "the first process", Token);
        await Poll.UntilAsync(async () => (await SystemctlAsync("is-system-running")).Output.StartsWith("running", StringComparison.Ordinal), "systemd", Token);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_manager is not null)
        {
            Poll.Kill(_pid > 0 ? _pid : _manager.Id);
            await _manager.WaitForExitAsync(CancellationToken.None);
            _manager.Dispose();
            foreach (var folder in Directory.EnumerateDirectories(_cgroup!, "*", SearchOption.AllDirectories).Append(_cgroup!).OrderByDescending(static path => path.Length))
            {
                Directory.Delete(folder);
            }
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task It_starts_reloads_and_restarts_under_load_and_nothing_is_lost()
    {
        await MustAsync("start", "proxygroups.socket", "proxygroups.service");
        Assert.Equal("active", await ShowAsync("ActiveState"));
        var first = await _client.GetStringAsync("/app/", Token);
        using var end = new CancellationTokenSource();
        var load = LoadAsync(end.Token);

        await MustAsync("reload", "proxygroups");
        await Poll.UntilAsync(async () => await ShowAsync("StatusText") == "1 process group, 2 workers ready" && await _client.GetStringAsync("/app/", Token) != first, "the new generation", Token);

        var settings = await File.ReadAllTextAsync(Path.Combine(_root, "appsettings.json"), Token);
        await File.WriteAllTextAsync(Path.Combine(_root, "appsettings.json"), "{ \"ProxyGroups\": ", Token);
        Assert.NotEqual(0, (await SystemctlAsync("reload", "proxygroups")).Code);
        await File.WriteAllTextAsync(Path.Combine(_root, "appsettings.json"), settings, Token);

        await MustAsync("restart", "proxygroups");
        await _client.GetStringAsync("/app/", Token);
        await end.CancelAsync();
        Assert.All(await load, static status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal("0", await ShowAsync("NRestarts"));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_stop_lets_a_running_request_finish_and_leaves_nobody_and_the_next_connection_starts_it()
    {
        await MustAsync("start", "proxygroups.socket");
        var first = await _client.GetStringAsync("/app/", Token);
        var everybody = Everybody();
        Assert.Equal(3, everybody.Count);
        var slow = _client.GetStringAsync("/app/slow", Token);
        await Poll.UntilAsync(async () => (await OverviewAsync()).Contains("\"busySlots\":1", StringComparison.Ordinal), "the slow request", Token);
        await MustAsync("stop", "proxygroups.service");
        await slow;
        Assert.Equal("success", await ShowAsync("Result"));
        Assert.DoesNotContain(everybody, ProcessTree.IsAlive);
        Assert.NotEqual(first, await _client.GetStringAsync("/app/", Token));
    }

    [Theory(Timeout = 120_000)]
    [InlineData("KILL")]
    [InlineData("STOP")]
    public async Task One_that_was_killed_or_stands_still_is_started_anew_and_no_worker_is_left(string signal)
    {
        await MustAsync("start", "proxygroups.socket", "proxygroups.service");
        var everybody = Everybody();
        Poll.Kill(everybody.Min(), signal);
        await Poll.UntilAsync(async () => await ShowAsync("NRestarts") == "1", "the restart", Token, seconds: 30);
        await _client.GetStringAsync("/app/", Token);
        Assert.DoesNotContain(everybody, ProcessTree.IsAlive);
    }

    // Of the service, in the eyes of this machine.
    private List<int> Everybody() => [.. Directory.EnumerateFiles(Path.Combine(_cgroup!, "system.slice", "proxygroups.service"), "cgroup.procs", SearchOption.AllDirectories)
        .SelectMany(File.ReadAllLines).Select(static line => int.Parse(line, CultureInfo.InvariantCulture))];

    private async Task<string> OverviewAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Site.Overview) { Headers = { { "Accept", "application/json" } } };
        using var answer = await _client.SendAsync(request, Token);
        return await answer.Content.ReadAsStringAsync(Token);
    }

    private async Task<List<HttpStatusCode>> LoadAsync(CancellationToken end)
    {
        var answers = new List<Task<HttpStatusCode>>();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        while (!end.IsCancellationRequested && await tick.WaitForNextTickAsync(Token))
        {
            answers.Add(AskAsync(answers.Count % 4 == 0 ? HttpMethod.Post : HttpMethod.Get));
        }

        return [.. await Task.WhenAll(answers)];
    }

    private async Task<HttpStatusCode> AskAsync(HttpMethod method)
    {
        using var request = new HttpRequestMessage(method, "/app/");
        using var answer = await _client.SendAsync(request, Token);
        return answer.StatusCode;
    }

    private async Task MustAsync(params string[] command)
    {
        var (code, output) = await SystemctlAsync(command);
        Assert.True(code == 0, $"systemctl {string.Join(' ', command)}: {output}{(await InsideAsync("journalctl", "--no-pager", "-u", "proxygroups")).Output}");
    }

    private async Task<string> ShowAsync(string property) => (await SystemctlAsync("show", "--value", "--property", property, "proxygroups.service")).Output.Trim();

    private Task<(int Code, string Output)> SystemctlAsync(params string[] command) => InsideAsync(["systemctl", "--no-pager", .. command]);

    private async Task<(int Code, string Output)> InsideAsync(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo("nsenter", ["--target", $"{_pid}", "--pid", "--mount", "--cgroup", "--ipc", "--uts", "env", "SYSTEMD_UNIT_PATH=/run/units", .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Token), process.StandardError.ReadToEndAsync(Token));
        await process.WaitForExitAsync(Token);
        return (process.ExitCode, await output + await errors);
    }

    private static string? Mount() => File.ReadLines("/proc/self/mounts").Select(static line => line.Split(' ')).FirstOrDefault(static mount => mount[2] == "cgroup2")?[1];

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
