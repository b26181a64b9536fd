using System.Net;
using ProxyGroups.Benchmarks.Comparisons;
using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>A server that answers, and the processes that end with it.</summary>
internal sealed class RunningServer(Uri address, IReadOnlyList<int> pids, IReadOnlyList<IAsyncDisposable> parts) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public Uri Address => address;

    /// <summary>The process that takes the connections.</summary>
    public int Pid => pids[0];

    public IPEndPoint EndPoint => new(IPAddress.Loopback, address.Port);

    /// <summary>Memory of its processes and all that they started (PSS).</summary>
    public double Megabytes() => pids.SelectMany(static pid => ProcessTree.Below(pid).Prepend(pid)).Sum(ProcessFigures.ProportionalMegabytes);

    /// <summary>The same with further processes, which end with that part.</summary>
    public RunningServer With(IReadOnlyList<int> more, IAsyncDisposable part) => new(address, [.. pids, .. more], [.. parts, part]);

    /// <summary>Waits until the server answers.</summary>
    /// <param name="log">File whose text goes into the error.</param>
    /// <exception cref="InvalidOperationException">It does not within 20 s; its processes have been ended.</exception>
    public static async Task<RunningServer> WaitAsync(string name, int port, string? log, params IReadOnlyList<RivalProcess> processes)
    {
        var server = new RunningServer(new Uri($"http://127.0.0.1:{port}/"), [.. processes.Select(static process => process.Pid)], processes);
        var start = TimeProvider.System.GetTimestamp();
        using var client = new HttpClient();
        while (TimeProvider.System.GetElapsedTime(start) < Patience)
        {
            if (await AnswersAsync(client, server.Address))
            {
                return server;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        await server.DisposeAsync();
        throw new InvalidOperationException($"{name} does not answer on port {port} within {Patience.TotalSeconds} s.\n{(File.Exists(log) ? await File.ReadAllTextAsync(log) : string.Empty)}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in parts)
        {
            await part.DisposeAsync();
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient client, Uri address)
    {
        try
        {
            using var answer = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
