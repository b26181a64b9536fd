using System.Net.Sockets;
using System.Threading.Channels;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.ProcessTests;

/// <summary>A runtime folder, a launcher and the workers that a test starts with them. Disposing kills what is left.</summary>
internal sealed class WorkerBench : IAsyncDisposable
{
    public const int TestTimeout = 30_000;

    private readonly string _folder = TestPaths.CreateFolder();
    private readonly List<WorkerProcess> _workers = [];
    private readonly Channel<WorkerEvent> _events = Channel.CreateUnbounded<WorkerEvent>();
    private readonly LogFiles _logs;
    private int _lastId;

    public WorkerBench()
    {
        Runtime = RuntimeDirectory.Open(Path.Combine(_folder, "run"), _folder);
        _logs = new(Log, TimeProvider.System);
    }

    public RuntimeDirectory Runtime { get; }

    public LogLines Log { get; } = new();

    public ILauncher Launcher { get; init; } = new LinuxLauncher();

    /// <summary>A spec that passes on only PATH and what .NET needs to start.</summary>
    public LaunchSpec Spec(params IReadOnlyList<string> command)
    {
        var id = Interlocked.Increment(ref _lastId);
        return new()
        {
            Worker = new("shop", id, 0, 1),
            Command = command,
            Directory = _folder,
            Environment = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")!, ["HOME"] = "/tmp", ["DOTNET_ROOT"] = Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? "" },
            Endpoint = new() { SocketPath = Runtime.SocketPath(id) },
            Readiness = new(Notify: false, Path: "/"),
        };
    }

    /// <summary>A spec of the TestWorker that listens where it should.</summary>
    public LaunchSpec TestWorker(params IReadOnlyList<string> verbs)
    {
        var spec = Spec();
        return spec with { Command = [.. TestPaths.TestWorker, "--socket", spec.Endpoint.SocketPath!, .. verbs] };
    }

    /// <summary>A spec of a Python program.</summary>
    public LaunchSpec Python(string program) => Spec("/usr/bin/python3", "-c", program);

    public LaunchSpec Shell(string script) => Spec("sh", "-c", script);

    public WorkerProcess Start(LaunchSpec spec)
    {
        var worker = WorkerProcess.Start(spec, Launcher, Runtime, _logs, Log, TimeProvider.System, happened => _events.Writer.TryWrite(happened));
        _workers.Add(worker);
        return worker;
    }

    public async Task<WorkerProcess> StartReadyAsync(LaunchSpec spec)
    {
        var worker = Start(spec);
        await NextAsync<WorkerEvent.Spawned>();
        await NextAsync<WorkerEvent.Ready>();
        return worker;
    }

    /// <summary>The next event, which has to be of this kind.</summary>
    public async Task<T> NextAsync<T>()
        where T : WorkerEvent
    {
        var next = await _events.Reader.ReadAsync(TestContext.Current.CancellationToken);
        return Assert.IsType<T>(next);
    }

    /// <summary>The worker's output as logged, once a line of it contains the text.</summary>
    public async Task<string> OutputAsync(string text)
    {
        await Alive.UntilAsync(() => Output().Any(line => line.Contains(text, StringComparison.Ordinal)), $"no output '{text}'");
        return Output().First(line => line.Contains(text, StringComparison.Ordinal));
    }

    public IReadOnlyList<string> Output() => Log.Of(3000);

    /// <summary>Body of the answer to a GET.</summary>
    public static async Task<string> GetAsync(WorkerProcess worker, string path)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var address = worker.Endpoint.ToEndPoint();
                var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(address, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler);
        return await client.GetStringAsync(new Uri("http://worker" + path), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }

        Runtime.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
