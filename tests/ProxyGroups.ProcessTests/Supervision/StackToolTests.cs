using ProxyGroups.Supervision;

namespace ProxyGroups.ProcessTests.Supervision;

/// <summary>A program that shows the stacks of a worker that cannot: whatever becomes of it, the worker's life goes on as without.</summary>
public sealed class StackToolTests : IAsyncLifetime
{
    private readonly WorkerBench _bench = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task It_runs_as_the_workers_user_and_its_lines_are_the_workers()
    {
        var user = Environment.IsPrivilegedProcess ? "nobody" : null;
        var worker = await StartAsync(["sh", "-c", "echo {pid} is of $(id -un)"], user);
        Assert.True(worker.DumpStacks());
        Assert.Contains($"pid {worker.Pid} stdout: {worker.Pid} is of {user ?? Environment.UserName}", await _bench.OutputAsync(" is of "), StringComparison.Ordinal);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task One_that_hangs_holds_up_no_kill_and_ends_with_the_worker()
    {
        var worker = await StartAsync(["sh", "-c", "echo tool $$; exec sleep 600"]);
        Assert.True(worker.DumpStacks());
        var tool = int.Parse((await _bench.OutputAsync("tool ")).Split(' ')[^1], null);
        var begun = TimeProvider.System.GetTimestamp();
        worker.Kill();
        await worker.Completion.WaitAsync(TestContext.Current.CancellationToken);
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun).TotalSeconds, 0, 5);
        Assert.False(Alive.Is(tool));
    }

    [Theory(Timeout = WorkerBench.TestTimeout)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_end_waits_for_what_it_shows(bool isPolite)
    {
        var worker = await StartAsync(["sh", "-c", "echo begun; sleep 0.1; kill -0 {pid} && echo it lives"]);
        Assert.True(worker.DumpStacks());
        await _bench.OutputAsync("begun");
        (isPolite ? worker.Stop : (Action)worker.Kill)();
        await worker.Completion.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Contains(_bench.Output(), static line => line.EndsWith("it lives", StringComparison.Ordinal));
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task One_that_cannot_be_started_is_told_and_leaves_the_worker_alone()
    {
        var worker = await StartAsync(["/nowhere/tool"]);
        worker.DumpStacks();
        await Alive.UntilAsync(() => _bench.Log.Of(3015).Count > 0, "no word of the tool");
        Assert.Contains("/nowhere/tool does not show its stacks: ", _bench.Log.Of(3015)[0], StringComparison.Ordinal);
        Assert.Equal($"{worker.Pid}", await WorkerBench.GetAsync(worker, "/pid"));
    }

    private Task<WorkerProcess> StartAsync(IReadOnlyList<string> tool, string? user = null)
    {
        var spec = _bench.Spec();
        if (!OperatingSystem.IsWindows())
        {
            new DirectoryInfo(spec.Directory).UnixFileMode |= UnixFileMode.OtherExecute;
        }

        spec = spec with { Command = ["/usr/bin/python3", "-c", Server, spec.Endpoint.SocketPath!], Directory = "/", User = user, StackTool = tool };
        return _bench.StartReadyAsync(spec);
    }

    private const string Server = """
        import os, socketserver, http.server, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = b"%d" % os.getpid()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def address_string(self):
                return "front door"
            def log_message(self, *what):
                pass
        socketserver.ThreadingUnixStreamServer(sys.argv[1], Handler).serve_forever()
        """;
}
