using System.Diagnostics;
using System.Net;
using System.Text.Json;
using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>A front door with many groups, of which the first has workers and the others wait to be asked.</summary>
internal sealed class ScaleSite : IAsyncDisposable
{
    private const int QueueLimit = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FrontDoorProcess _process;
    private readonly int _groups;
    private readonly int _workers;

    private ScaleSite(FrontDoorProcess process, int groups, int workers, TimeSpan start) => (_process, _groups, _workers, Start) = (process, groups, workers, start);

    /// <summary>Until it listened.</summary>
    public TimeSpan Start { get; }

    public int Pid => _process.Pid;

    public IPEndPoint EndPoint => new(IPAddress.Loopback, _process.Address.Port);

    public static async Task<ScaleSite> StartAsync(int groups, int workers)
    {
        var start = TimeProvider.System.GetTimestamp();
        var process = await FrontDoorProcess.StartAsync(Settings(groups, workers, QueueLimit));
        var site = new ScaleSite(process, groups, workers, TimeProvider.System.GetElapsedTime(start));
        await process.WaitForReadyAsync(workers);
        return site;
    }

    /// <summary>From SIGHUP, which does not wait for the next look at the file, until every group has taken the change, which needs no new workers.</summary>
    public async Task<TimeSpan> ReloadAsync()
    {
        await File.WriteAllTextAsync(_process.SettingsPath, JsonSerializer.Serialize(Settings(_groups, _workers, QueueLimit + 1)));
        var start = TimeProvider.System.GetTimestamp();
        _process.Signal("HUP");
        await _process.WaitForLogAsync("its settings changed", _groups);
        return TimeProvider.System.GetElapsedTime(start);
    }

    /// <summary>CPU time of the front door until the worker's successor is ready.</summary>
    public async Task<TimeSpan> KillOneAsync()
    {
        var victim = (await BenchFrontDoor.StateAsync(_process.Client)).Workers[0].Pid;
        var before = ProcessFigures.CpuTime(Pid);
        using var kill = Process.Start("kill", ["-KILL", $"{victim}"]);
        await kill.WaitForExitAsync();
        await UntilAsync(state => state.Workers.All(worker => worker.Pid != victim) && state.Workers.Count(static worker => worker.State == "ready") == _workers);
        return ProcessFigures.CpuTime(Pid) - before;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task UntilAsync(Func<GroupState, bool> isSo)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!isSo(await BenchFrontDoor.StateAsync(_process.Client)))
        {
            if (TimeProvider.System.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException($"The front door with {_groups} groups and {_workers} workers is not so far after {Patience.TotalSeconds} s.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    private static object Settings(int groups, int workers, int queueLimit) => new
    {
        ReverseProxy = new
        {
            Routes = Names(groups).ToDictionary(static name => name, static name => new { ClusterId = name, Match = new { Path = $"/{name}/{{**rest}}" } }),
        },
        ProxyGroups = new
        {
            Overview = "/.overview",
            Defaults = new { Processes = 0, Directory = BenchFrontDoor.Apps, BenchFrontDoor.Python, Wsgi = "hello:application", Threads = 2, Queue = new { Limit = queueLimit } },
            ProcessGroups = Names(groups).ToDictionary(static name => name, name => new { Processes = name == "app0" ? workers : 0 }),
        },
    };

    private static IEnumerable<string> Names(int groups) => Enumerable.Range(0, groups).Select(static number => $"app{number}");
}
