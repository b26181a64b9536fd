using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>The front door as a service: a manager holds its sockets and hears from it (Apps/service_manager.py), or systemd's own tool does.</summary>
public sealed class SystemdTests
{
    private const string App = """
        import os, time
        while not os.path.exists("go-on"):
            time.sleep(0.01)
        def application(environ, start_response):
            environ["wsgi.input"].read()
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [str(os.getpid()).encode()]
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 90_000)]
    public async Task The_manager_hears_when_every_app_serves_or_has_failed_and_gets_signs_of_life()
    {
        var root = await CreateRootAsync(isSlow: true, ("bad", new { Command = TestApps.TestWorker("exit-at-once=3") }));
        await using var frontDoor = await StartServiceAsync(root);
        await frontDoor.WaitForLogAsync(Notified("STATUS=2 process groups, 0 workers ready; failing: bad; starting: app | EXTEND_TIMEOUT_USEC=30000000"));
        Assert.DoesNotContain(frontDoor.Log, static line => line.Contains("READY=1", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(root, "go-on"), string.Empty, Token);
        await frontDoor.WaitForLogAsync(Notified("READY=1 | STATUS=2 process groups, 1 worker ready; failing: bad"));
        await frontDoor.WaitForLogAsync(Notified("WATCHDOG=1"));
        // Priorities of the journal, which has times of its own.
        await frontDoor.WaitForLogAsync(static line => line.StartsWith("journal: <6>ProxyGroups.", StringComparison.Ordinal) && line.Contains(" is ready", StringComparison.Ordinal));
    }

    [Fact(Timeout = 90_000)]
    public async Task The_manager_hears_that_a_reload_runs_until_every_worker_is_of_the_new_generation()
    {
        var root = await CreateRootAsync();
        await using var frontDoor = await StartServiceAsync(root);
        var service = await ServiceAsync(frontDoor);
        await frontDoor.WaitForLogAsync(Notified("READY=1"));
        var before = MonotonicMicroseconds;
        Poll.Kill(service, "HUP");
        var reloading = await frontDoor.WaitForLogAsync(Notified("RELOADING=1 | MONOTONIC_USEC="));
        Assert.InRange(long.Parse(reloading.Split('=', '|')[3], CultureInfo.InvariantCulture), before, MonotonicMicroseconds);
        await WaitForReadyAgainAsync(frontDoor, 2);
        Assert.All((await frontDoor.GroupAsync("app", Token)).GetProperty("workers").EnumerateArray(), static worker =>
            Assert.True(worker.GetProperty("generation").GetInt32() == 2 || worker.GetProperty("state").GetString() != "ready", $"{worker}"));

        await File.WriteAllTextAsync(frontDoor.SettingsPath, "{ \"ProxyGroups\": ", Token);
        Poll.Kill(service, "HUP");
        Assert.Contains("the changed settings are wrong and were not taken", await WaitForReadyAgainAsync(frontDoor, 3), StringComparison.Ordinal);
    }

    [Theory(Timeout = 90_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_connects_between_a_stop_and_the_next_start_waits_and_is_answered(bool isUnix)
    {
        var root = await CreateRootAsync();
        await using var frontDoor = await StartServiceAsync(root);
        using var client = CreateClient(frontDoor, isUnix);
        var worker = await client.GetStringAsync("/app/", Token);
        Poll.Kill(frontDoor.Pid, "USR1");
        await frontDoor.WaitForLogAsync(Notified("STOPPING=1 | STATUS=Stopping: running requests finish first | EXTEND_TIMEOUT_USEC=105000000"));
        await frontDoor.WaitForLogAsync(static line => line == "ended: 0");

        var waiting = Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetStringAsync("/app/", Token)));
        Poll.Kill(frontDoor.Pid, "USR1");
        Assert.DoesNotContain(worker, await waiting);
    }

    /// <summary>200 requests a second, each on a connection of its own, and a queue that takes all that came meanwhile: that is what a socket held open can promise.</summary>
    [Theory(Timeout = 120_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_request_fails_while_front_doors_follow_each_other_under_load(bool isUnix)
    {
        var root = await CreateRootAsync();
        await using var frontDoor = await StartServiceAsync(root);
        using var client = CreateClient(frontDoor, isUnix);
        await frontDoor.WaitForLogAsync("notify: READY=1", 1);
        using var end = new CancellationTokenSource();
        var load = SendAsync(client, end.Token);
        for (var restart = 1; restart <= 2; restart++)
        {
            Poll.Kill(frontDoor.Pid, "USR1");
            await frontDoor.WaitForLogAsync("ended: 0", restart);
            Poll.Kill(frontDoor.Pid, "USR1");
            await frontDoor.WaitForLogAsync("notify: READY=1", restart + 1);
            await client.GetStringAsync("/app/", Token);
        }

        await end.CancelAsync();
        var (requests, failures, longest) = await load;
        TestContext.Current.TestOutputHelper!.WriteLine($"{requests} requests, the longest waited {longest.TotalSeconds:0.0} s");
        Assert.Empty(failures);
        Assert.True(requests > 200, $"{requests} requests");
    }

    [Fact(Timeout = 90_000)]
    public async Task No_worker_inherits_a_passed_socket()
    {
        var root = await CreateRootAsync();
        await using var frontDoor = await StartServiceAsync(root);
        var worker = int.Parse(await frontDoor.Client.GetStringAsync("/app/", Token), CultureInfo.InvariantCulture);
        var passed = Enumerable.Range(3, 2).Select(Descriptor(await ServiceAsync(frontDoor))).ToList();
        Assert.All(passed, static target => Assert.StartsWith("socket:", target, StringComparison.Ordinal));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries($"/proc/{worker}/fd").Select(static entry => new FileInfo(entry).LinkTarget), target => passed.Contains(target!));
    }

    [Fact(Timeout = 90_000)]
    public async Task Systemds_own_tool_starts_it_with_the_first_connection()
    {
        var root = await CreateRootAsync();
        var port = FreePort();
        var starting = FrontDoorProcess.StartThroughAsync(["systemd-socket-activate", "--listen", $"127.0.0.1:{port}"], ["run"], root);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        var answer = AskWhenListeningAsync(client);
        await using var frontDoor = await starting;
        Assert.Equal(client.BaseAddress, frontDoor.Address);
        Assert.True(ProcessTree.IsAlive(int.Parse(await answer, CultureInfo.InvariantCulture)));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_passed_socket_that_no_address_of_the_settings_names_is_refused()
    {
        var root = await CreateRootAsync();
        var wrapper = new[] { TestApps.Python, "-c", "import os,socket,sys; s = socket.create_server(('127.0.0.1', 0)); os.dup2(os.dup(s.fileno()), 3); os.environ.update(LISTEN_FDS='1', LISTEN_FDNAMES='web', LISTEN_PID=str(os.getpid())); os.execvp(sys.argv[1], sys.argv[1:])" };
        var (code, output) = await FrontDoorProcess.RunToEndThroughAsync(wrapper, ["run", "--urls", "http://127.0.0.1:0"], root);
        Assert.Equal(1, code);
        Assert.Matches(@"The service manager passed descriptor 3 \(web, 127\.0\.0\.1:\d+\), and no address of the settings is that one\. Add it to Kestrel:Endpoints", output);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("s = open('/dev/null')", "descriptor 3 (unnamed), which is no socket")]
    [InlineData("s = socket.socket()", "from which connections cannot be taken")]
    [InlineData("s = socket.socket(socket.AF_UNIX); s.bind(b'\\0pg-' + str(os.getpid()).encode()); s.listen()", "from which connections cannot be taken")]
    public async Task A_passed_descriptor_from_which_no_connections_come_is_refused(string open, string expected)
    {
        var root = await CreateRootAsync();
        var wrapper = new[] { TestApps.Python, "-c", $"import os,socket,sys; {open}; os.dup2(os.dup(s.fileno()), 3); os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid())); os.execvp(sys.argv[1], sys.argv[1:])" };
        var (code, output) = await FrontDoorProcess.RunToEndThroughAsync(wrapper, ["run"], root);
        Assert.Equal(1, code);
        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.Contains("Pass stream sockets that listen: ListenStream=", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_units_of_the_samples_are_well_formed()
    {
        var folder = FrontDoorProcess.CreateContentRoot();
        foreach (var unit in Directory.EnumerateFiles(FrontDoorProcess.Sample("systemd"), "proxygroups.*"))
        {
            // Programs must exist, and the front door is not installed here.
            var text = (await File.ReadAllTextAsync(unit, Token)).Replace("/opt/proxygroups/ProxyGroups.Host", "/bin/true", StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(folder, Path.GetFileName(unit)), text, Token);
        }

        using var verify = Process.Start(new ProcessStartInfo("systemd-analyze", ["verify", "--man=no", "./proxygroups.service", "./proxygroups.socket"])
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
        })!;
        Assert.Equal(string.Empty, await verify.StandardError.ReadToEndAsync(Token));
        await verify.WaitForExitAsync(Token);
        Assert.Equal(0, verify.ExitCode);
    }

    private static long MonotonicMicroseconds => Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);

    private static async Task<string> CreateRootAsync(bool isSlow = false, params (string Name, object Group)[] others)
    {
        var root = FrontDoorProcess.CreateContentRoot();
        await File.WriteAllTextAsync(Path.Combine(root, "app.py"), App, Token);
        if (!isSlow)
        {
            await File.WriteAllTextAsync(Path.Combine(root, "go-on"), string.Empty, Token);
        }

        var site = Site.Of([("app", new { Wsgi = "app:application", TestApps.Python, Processes = isSlow ? 1 : 2, Queue = new { Limit = 5000, MaxWait = "60s" } }), .. others]);
        await File.WriteAllTextAsync(Path.Combine(root, "appsettings.json"), site.ToJsonString(), Token);
        return root;
    }

    // It says where it listens before the service does.
    private static Task<FrontDoorProcess> StartServiceAsync(string root) =>
        FrontDoorProcess.StartThroughAsync([TestApps.Python, TestApps.Folder("service_manager.py"), root], ["run"], root);

    private static async Task<int> ServiceAsync(FrontDoorProcess frontDoor) =>
        int.Parse((await frontDoor.WaitForLogAsync(static line => line.StartsWith("service: ", StringComparison.Ordinal))).Split(' ')[1], CultureInfo.InvariantCulture);

    private static Func<string, bool> Notified(string message) => line => line.StartsWith("notify: " + message, StringComparison.Ordinal);

    private static Task<string> WaitForReadyAgainAsync(FrontDoorProcess frontDoor, int times)
    {
        var seen = 0;
        return frontDoor.WaitForLogAsync(line => line.StartsWith("notify: READY=1", StringComparison.Ordinal) && ++seen == times);
    }

    private static Func<int, string> Descriptor(int pid) => number => new FileInfo($"/proc/{pid}/fd/{number}").LinkTarget!;

    private static HttpClient CreateClient(FrontDoorProcess frontDoor, bool isUnix) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            EndPoint address = isUnix ? new UnixDomainSocketEndPoint(Path.Combine(frontDoor.ContentRoot, "held.sock")) : context.DnsEndPoint;
            var socket = isUnix ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(address, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = frontDoor.Address,
        DefaultRequestHeaders = { ConnectionClose = true },
    };

    private static async Task<(int Requests, IReadOnlyList<string> Failures, TimeSpan Longest)> SendAsync(HttpClient client, CancellationToken end)
    {
        var answers = new List<Task<(string? Failure, TimeSpan Took)>>();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        while (!end.IsCancellationRequested && await tick.WaitForNextTickAsync(Token))
        {
            answers.Add(AskAsync(client, answers.Count % 4 == 0 ? HttpMethod.Post : HttpMethod.Get));
        }

        var all = await Task.WhenAll(answers);
        return (all.Length, [.. all.Select(static answer => answer.Failure).OfType<string>()], all.Max(static answer => answer.Took));
    }

    private static async Task<(string? Failure, TimeSpan Took)> AskAsync(HttpClient client, HttpMethod method)
    {
        var start = TimeProvider.System.GetTimestamp();
        try
        {
            using var request = new HttpRequestMessage(method, "/app/") { Content = method == HttpMethod.Post ? new StringContent("order") : null };
            using var answer = await client.SendAsync(request, Token);
            return (answer.IsSuccessStatusCode ? null : $"{method} {answer.StatusCode} after {TimeProvider.System.GetElapsedTime(start)}", TimeProvider.System.GetElapsedTime(start));
        }
        catch (HttpRequestException failure)
        {
            return ($"{method} {failure.Message} after {TimeProvider.System.GetElapsedTime(start)}", TimeProvider.System.GetElapsedTime(start));
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static async Task<string> AskWhenListeningAsync(HttpClient client)
    {
        while (true)
        {
            try
            {
                return await client.GetStringAsync("/app/", Token);
            }
            catch (HttpRequestException failure) when (failure.HttpRequestError == HttpRequestError.ConnectionError)
            {
                await Poll.PauseAsync(Token);
            }
        }
    }
}
