using System.Net;
using System.Net.Sockets;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.ProcessTests.Supervision;

/// <summary>When a worker counts as ready, and what is said when it does not become so.</summary>
public sealed class ReadinessTests : IAsyncDisposable
{
    private readonly WorkerBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_worker_says_that_it_is_ready()
    {
        var worker = await _bench.StartReadyAsync(_bench.TestWorker("notify") with { Readiness = new(Notify: true, Path: null) });
        Assert.Equal("up", worker.Status);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Both_must_hold_where_both_are_asked()
    {
        var worker = _bench.Start(_bench.TestWorker() with { Readiness = new(Notify: true, Path: "/") });
        await _bench.NextAsync<WorkerEvent.Spawned>();
        await _bench.OutputAsync("listening");
        await WorkerBench.GetAsync(worker, "/");
        var failure = worker.DescribeStartupTimeout();
        Assert.Equal(SpawnStep.Notify, failure.Step);
        Assert.Contains("READY=1", failure.Cause, StringComparison.Ordinal);
        Assert.Contains("listening", failure.LastOutput[^1], StringComparison.Ordinal);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_strangers_word_is_ignored()
    {
        var spec = _bench.TestWorker() with { Readiness = new(Notify: true, Path: null) };
        var worker = _bench.Start(spec);
        await _bench.NextAsync<WorkerEvent.Spawned>();
        await _bench.OutputAsync("listening");
        using var stranger = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        await stranger.SendToAsync("READY=1"u8.ToArray(), SocketFlags.None, new UnixDomainSocketEndPoint(_bench.Runtime.NotifySocketPath(spec.Worker.Id)), TestContext.Current.CancellationToken);
        await Alive.UntilAsync(() => _bench.Log.Of(3006).Count > 0, "the stranger was not noticed");
        Assert.Contains($"process {Environment.ProcessId}", _bench.Log.Of(3006)[0], StringComparison.Ordinal);
        Assert.Equal(SpawnStep.Notify, worker.DescribeStartupTimeout().Step);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_stranger_that_goes_on_talking_fills_no_log()
    {
        const string Program = """
            import os, socket, time
            while not os.path.exists('go'):
                time.sleep(0.01)
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'READY=1', os.environ['NOTIFY_SOCKET'])
            time.sleep(600)
            """;
        var spec = _bench.Python(Program) with { Readiness = new(Notify: true, Path: null) };
        var worker = _bench.Start(spec);
        await _bench.NextAsync<WorkerEvent.Spawned>();
        using var stranger = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        for (var word = 0; word < 3; word++)
        {
            await stranger.SendToAsync("READY=1"u8.ToArray(), SocketFlags.None, new UnixDomainSocketEndPoint(_bench.Runtime.NotifySocketPath(spec.Worker.Id)), TestContext.Current.CancellationToken);
        }

        await File.WriteAllTextAsync(Path.Combine(spec.Directory, "go"), "", TestContext.Current.CancellationToken);
        await Alive.UntilAsync(() => worker.DescribeStartupTimeout().Step is SpawnStep.HttpCheck, "the worker's own word did not count");
        Assert.Single(_bench.Log.Of(3006));
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Garbage_and_oversize_are_ignored_and_descendants_may_speak()
    {
        const string Program = """
            import os, socket, time
            path = os.environ['NOTIFY_SOCKET']
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            for message in (b'', b'\xff\xfe', b'READY=1' + b'x' * 9000, b'READY=0\nWATCHDOG=1\nSTOPPING=1', b'READY=1 '):
                s.sendto(message, path)
            if os.fork() == 0:
                os.setsid()
                s.sendto(b'STATUS=warm\nREADY=1', path)
            time.sleep(600)
            """;
        var worker = _bench.Start(_bench.Python(Program) with { Readiness = new(Notify: true, Path: null) });
        await _bench.NextAsync<WorkerEvent.Spawned>();
        await Alive.UntilAsync(() => worker.DescribeStartupTimeout().Step is SpawnStep.HttpCheck, "the descendant's word did not count");
        Assert.Equal("warm", worker.Status);
        Assert.True(worker.SaidStopping);
        Assert.NotNull(worker.SinceWatchdog);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_program_is_told_how_often_to_beat_and_is_heard()
    {
        const string Program = """
            import os, socket, time
            assert 'WATCHDOG_PID' not in os.environ
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            if os.environ['WATCHDOG_USEC'] == '30000000':
                s.sendto(b'WATCHDOG=1', os.environ['NOTIFY_SOCKET'])
            time.sleep(600)
            """;
        var worker = _bench.Start(_bench.Python(Program) with { Watchdog = TimeSpan.FromSeconds(30) });
        await _bench.NextAsync<WorkerEvent.Spawned>();
        await Alive.UntilAsync(() => worker.HasBeaten, "the beat was not heard");
        Assert.NotNull(worker.SinceWatchdog);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_worker_as_another_user_may_speak_and_serve()
    {
        const string Program = """
            import os, socket
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(os.environ['SOCKET'])
            listener.listen()
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'READY=1', os.environ['NOTIFY_SOCKET'])
            while True:
                connection, _ = listener.accept()
                connection.recv(1000)
                connection.sendall(b'HTTP/1.0 204 No Content\r\n\r\n')
                connection.close()
            """;
        var spec = _bench.Python(Program);
        new DirectoryInfo(_bench.Spec().Directory).UnixFileMode |= UnixFileMode.OtherExecute;
        if (!UnixUser.IsRoot)
        {
            var refused = await Assert.ThrowsAsync<LaunchException>(() => new LinuxLauncher().LaunchAsync(spec with { User = "nobody" }, spec.Environment, TestContext.Current.CancellationToken));
            Assert.Contains("Only root", refused.Message, StringComparison.Ordinal);
            return;
        }

        await _bench.StartReadyAsync(spec with { Directory = "/", User = "nobody", Readiness = new(Notify: true, Path: "/"), Environment = new Dictionary<string, string> { ["SOCKET"] = spec.Endpoint.SocketPath! } });
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_slow_start_is_waited_for() => await _bench.StartReadyAsync(_bench.TestWorker("slow-start=300"));

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task An_early_exit_tells_code_and_last_words()
    {
        _bench.Start(_bench.TestWorker("say=ModuleNotFoundError: No module named 'flask'", "exit-at-once=3"));
        await _bench.NextAsync<WorkerEvent.Spawned>();
        var failure = (await _bench.NextAsync<WorkerEvent.StartFailed>()).Failure;
        Assert.Contains("exit code 3", failure.Cause, StringComparison.Ordinal);
        Assert.Contains("'flask'", failure.Remedy, StringComparison.Ordinal);
        await _bench.NextAsync<WorkerEvent.Exited>();
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_missing_program_fails_at_launch_with_a_remedy()
    {
        _bench.Start(_bench.Spec("no-such-program"));
        var failure = (await _bench.NextAsync<WorkerEvent.StartFailed>()).Failure;
        Assert.Equal(SpawnStep.Launch, failure.Step);
        Assert.Contains("not found on PATH", failure.Cause, StringComparison.Ordinal);
        await _bench.NextAsync<WorkerEvent.Exited>();
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_worker_on_the_wrong_port_is_told_so()
    {
        var worker = _bench.Start(_bench.Python("import socket, time\ns = socket.create_server(('127.0.0.1', 0))\nprint('port', s.getsockname()[1], flush=True)\ntime.sleep(600)"));
        await _bench.NextAsync<WorkerEvent.Spawned>();
        var port = (await _bench.OutputAsync("port")).Split(' ')[^1];
        var failure = worker.DescribeStartupTimeout();
        Assert.Equal(SpawnStep.HttpCheck, failure.Step);
        Assert.Contains($"listens on port {port}", failure.Cause, StringComparison.Ordinal);
        Assert.Contains(worker.Endpoint.SocketPath!, failure.Remedy, StringComparison.Ordinal);
    }

    [Theory(Timeout = WorkerBench.TestTimeout)]
    [InlineData("unavailable", "status 503")]
    [InlineData("garbage", "not HTTP")]
    [InlineData("close", "without an answer")]
    public async Task A_wrong_answer_is_not_ready(string answer, string cause)
    {
        var worker = _bench.Start(_bench.TestWorker($"answer={answer}"));
        await Alive.UntilAsync(() => worker.DescribeStartupTimeout().Cause.Contains(cause, StringComparison.Ordinal), worker.DescribeStartupTimeout().Cause);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Another_listener_on_the_workers_socket_is_a_failure_that_names_it()
    {
        var spec = _bench.Spec("sleep", "600");
        _bench.Start(spec);
        await _bench.NextAsync<WorkerEvent.Spawned>();
        using var stranger = Listen(new UnixDomainSocketEndPoint(spec.Endpoint.SocketPath!));
        var failure = (await _bench.NextAsync<WorkerEvent.StartFailed>()).Failure;
        Assert.Contains($"process {Environment.ProcessId}", failure.Cause, StringComparison.Ordinal);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Another_listener_on_the_workers_port_is_a_failure()
    {
        using var stranger = Listen(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)stranger.LocalEndPoint!).Port;
        _bench.Start(_bench.Spec("sleep", "600") with { Endpoint = new() { Port = port } });
        await _bench.NextAsync<WorkerEvent.Spawned>();
        Assert.Contains($"port {port}", (await _bench.NextAsync<WorkerEvent.StartFailed>()).Failure.Cause, StringComparison.Ordinal);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_worker_serves_on_a_port()
    {
        using var free = Listen(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)free.LocalEndPoint!).Port;
        free.Dispose();
        var worker = await _bench.StartReadyAsync(_bench.Spec([.. TestPaths.TestWorker, "--port", $"{port}"]) with { Endpoint = new() { Port = port } });
        Assert.Equal($"{worker.Pid}", await WorkerBench.GetAsync(worker, "/pid"));
    }

    private static Socket Listen(EndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(address);
        socket.Listen();
        return socket;
    }
}
