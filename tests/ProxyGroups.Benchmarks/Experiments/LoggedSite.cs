using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>A front door with an access log, which tells what each request waited for and how long.</summary>
internal sealed class LoggedSite : IAsyncDisposable
{
    private const string File = "access.log";

    private static readonly Dictionary<string, string> Log = new()
    {
        ["ProxyGroups__AccessLog__Format"] = "json",
        ["ProxyGroups__AccessLog__File"] = File,
        ["ProxyGroups__AccessLog__MaxSize"] = "10GiB",
    };

    private readonly BenchFrontDoor _door;
    private readonly Clients _clients;
    private int _read;

    private LoggedSite(BenchFrontDoor door) => (_door, _clients) = (door, new Clients(door.EndPoint));

    public static async Task<LoggedSite> StartAsync(int processes, int threads)
    {
        var group = new { Directory = BenchFrontDoor.Apps, BenchFrontDoor.Python, Wsgi = "bench:application", Processes = processes, Threads = threads, Queue = new { Limit = 10_000, MaxWait = "60s" } };
        return new LoggedSite(await BenchFrontDoor.StartAsync(group, processes, environment: Log));
    }

    /// <summary>Its requests as logged, in the order in which they came.</summary>
    /// <exception cref="InvalidOperationException">A request was not answered with 200.</exception>
    public async Task<IReadOnlyList<LoggedRequest>> RunAsync(double perSecond, TimeSpan duration, Func<int, ReadOnlyMemory<byte>> request)
    {
        var samples = await OpenLoop.RunAsync(perSecond, duration, number => _clients.SendAsync(request(number)));
        if (samples.Count(static sample => !sample.Answer.IsGood) is > 0 and var bad)
        {
            throw new InvalidOperationException($"{bad} of {samples.Count} requests were not answered with 200.");
        }

        var lines = await LinesAsync(samples.Count);
        return [.. lines.Select(LoggedRequest.Parse).OrderBy(static entry => entry.Comes)];
    }

    public async ValueTask DisposeAsync()
    {
        _clients.Dispose();
        await _door.DisposeAsync();
    }

    // Lines are written behind the requests' backs.
    private async Task<IReadOnlyList<string>> LinesAsync(int count)
    {
        while (true)
        {
            var lines = (await System.IO.File.ReadAllLinesAsync(Path.Combine(_door.ContentRoot, File))).Skip(_read).ToList();
            if (lines.Count == count && lines[^1].EndsWith('}'))
            {
                _read += lines.Count;
                return lines;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }
}
