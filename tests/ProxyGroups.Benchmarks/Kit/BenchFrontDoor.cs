using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.Benchmarks.Kit;

/// <summary>A front door with one process group, and what an experiment asks of it.</summary>
internal sealed class BenchFrontDoor : IAsyncDisposable
{
    private const string OverviewPath = "/.overview";

    /// <summary>Debian's own interpreter, which mod_wsgi has built in; what comes first on PATH may be another one.</summary>
    public const string Python = "/usr/bin/python3";

    private readonly FrontDoorProcess _process;

    private BenchFrontDoor(FrontDoorProcess process) => _process = process;

    public static string Apps { get; } = Path.Combine(FrontDoorProcess.Root, "tests", "ProxyGroups.Benchmarks", "Apps");

    public int Pid => _process.Pid;

    /// <summary>Lines of its log so far.</summary>
    public IReadOnlyCollection<string> Log => _process.Log;

    public HttpClient Client => _process.Client;

    public string ContentRoot => _process.ContentRoot;

    public IPEndPoint EndPoint => new(IPAddress.Loopback, _process.Address.Port);

    /// <summary>Starts it and waits until all workers are ready.</summary>
    /// <param name="background">Settings of a group without a route.</param>
    /// <param name="environment">Further settings, as variables.</param>
    public static async Task<BenchFrontDoor> StartAsync(object group, int workers = 2, string? contentRoot = null, object? background = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var process = await FrontDoorProcess.StartAsync(Settings(group, background), contentRoot, environment);
        await process.WaitForReadyAsync(workers);
        return new BenchFrontDoor(process);
    }

    public static ReadOnlyMemory<byte> Get(string target) => Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: bench\r\n\r\n");

    /// <summary>A request of another method.</summary>
    /// <param name="body">Bytes of its body; 0: none.</param>
    public static ReadOnlyMemory<byte> With(string method, string target, int body = 1000) =>
        Encoding.ASCII.GetBytes($"{method} {target} HTTP/1.1\r\nHost: bench\r\n{(body > 0 ? $"Content-Length: {body}\r\n" : string.Empty)}\r\n{new string('x', body)}");

    /// <summary>Writes other settings of the group, which the front door takes when it sees them.</summary>
    public Task ChangeAsync(object group) => File.WriteAllTextAsync(_process.SettingsPath, JsonSerializer.Serialize(Settings(group)));

    /// <summary>A client of its admin socket.</summary>
    public Task<HttpClient> AdminAsync() => AdminClient.ConnectAsync(_process);

    public void Signal(string name) => _process.Signal(name);

    /// <summary>Once it has ended.</summary>
    public async Task<int> ExitCodeAsync()
    {
        await _process.Exited;
        return _process.ExitCode;
    }

    public Task<GroupState> StateAsync() => StateAsync(Client);

    /// <summary>State of the group of whatever serves <see cref="Settings"/>.</summary>
    public static async Task<GroupState> StateAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, OverviewPath);
        request.Headers.Accept.ParseAdd("application/json");
        using var response = await client.SendAsync(request);
        var groups = await response.Content.ReadFromJsonAsync<GroupState[]>(JsonSerializerOptions.Web);
        return groups![0];
    }

    /// <summary>Asks until it is so; how long that took.</summary>
    public async Task<TimeSpan> WaitUntilAsync(Func<GroupState, bool> isSo, TimeSpan limit)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!isSo(await StateAsync()))
        {
            if (TimeProvider.System.GetElapsedTime(start) > limit)
            {
                throw new TimeoutException($"After {limit} still: {await StateAsync()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        return TimeProvider.System.GetElapsedTime(start);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    /// <summary>One route, one group that serves and perhaps one that does not.</summary>
    public static object Settings(object group, object? background = null) => new
    {
        ReverseProxy = new { Routes = new { app = new { ClusterId = "app", Match = new { Path = "/{**rest}" } } } },
        ProxyGroups = new
        {
            Overview = OverviewPath,
            ProcessGroups = background is null ? new Dictionary<string, object> { ["app"] = group } : new() { ["app"] = group, ["background"] = background },
        },
    };
}
