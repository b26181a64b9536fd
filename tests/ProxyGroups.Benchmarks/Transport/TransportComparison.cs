using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProxyGroups.Proxying;
using ProxyGroups.Proxying.Transport;
using Yarp.ReverseProxy.Forwarder;

namespace ProxyGroups.Benchmarks.Transport;

/// <summary>
/// YARP's forwarder in Kestrel, through SocketsHttpHandler and through our transport, by turns, with the same worker and
/// the same closed loop of clients, all in one process. Only the ratio means anything.
/// </summary>
internal static class TransportComparison
{
    private const int Connections = 64;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(3);

    /// <param name="rounds">Rounds of each of the two, after one that is not counted.</param>
    /// <param name="bodyBytes">Size of the answer.</param>
    public static async Task RunAsync(int rounds, int bodyBytes)
    {
        var directory = Directory.CreateTempSubdirectory("pgb");
        var workerPath = Path.Combine(directory.FullName, "w");
        var frontPath = Path.Combine(directory.FullName, "f");
        using var worker = new StaticWorker(workerPath, bodyBytes);
        await using var app = Build(frontPath, workerPath);
        await app.StartAsync();
        var (theirs, ours) = (new List<double>(), new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            var (a, b) = (await MeasureAsync(frontPath, "/sockets"), await MeasureAsync(frontPath, "/ours"));
            Console.WriteLine($"round {round}: SocketsHttpHandler {a.Rate:F0} req/s {a.Bytes:F0} B/req, ours {b.Rate:F0} req/s {b.Bytes:F0} B/req, ratio {b.Rate / a.Rate:F3}");
            if (round >= 0)
            {
                theirs.Add(a.Rate);
                ours.Add(b.Rate);
            }
        }

        Console.WriteLine($"median: {Median(theirs):F0} and {Median(ours):F0} req/s, ratio {Median(ours) / Median(theirs):F3}");
        await app.StopAsync();
        directory.Delete(recursive: true);
    }

    private static WebApplication Build(string frontPath, string workerPath)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.ListenUnixSocket(frontPath));
        builder.Services.AddHttpForwarder();
        var app = builder.Build();
        var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        var sockets = Sockets(workerPath);
        var ours = new Slots(workerPath);
        app.Lifetime.ApplicationStopped.Register(ours.Dispose);
        var config = new ForwarderRequestConfig();
        app.Run(async context =>
        {
            if (context.Request.Path == "/ours")
            {
                await ours.ForwardAsync(forwarder, context, config);
            }
            else
            {
                await forwarder.SendAsync(context, "http://worker", sockets, config, HttpTransformer.Empty);
            }
        });
        return app;
    }

    private static HttpMessageInvoker Sockets(string path) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        MaxConnectionsPerServer = Connections,
        ConnectCallback = async (_, ct) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    private static async Task<(double Rate, double Bytes)> MeasureAsync(string path, string target)
    {
        GC.Collect();
        var clock = Stopwatch.StartNew();
        var allocated = GC.GetTotalAllocatedBytes();
        var counts = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(() => ClientAsync(path, target, clock))));
        return (counts.Sum() / clock.Elapsed.TotalSeconds, (GC.GetTotalAllocatedBytes() - allocated) / (double)counts.Sum());
    }

    private static async Task<long> ClientAsync(string path, string target, Stopwatch clock)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        var request = System.Text.Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: bench\r\nAccept: text/html\r\nUser-Agent: bench\r\n\r\n");
        var buffer = new byte[256 << 10];
        long count = 0;
        var size = 0;
        while (clock.Elapsed < Round)
        {
            await socket.SendAsync(request);
            var got = await socket.ReceiveAsync(buffer.AsMemory());
            for (size = size == 0 ? SizeOf(buffer.AsSpan(0, got)) : size; got < size;)
            {
                got += await socket.ReceiveAsync(buffer.AsMemory(got));
            }

            count++;
        }

        return count;
    }

    /// <summary>Every answer has the size of the first, Date included.</summary>
    private static int SizeOf(ReadOnlySpan<byte> answer)
    {
        var text = System.Text.Encoding.ASCII.GetString(answer);
        var length = text.Split("Content-Length: ")[1].Split('\r')[0];
        if (!text.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
        {
            throw new InvalidOperationException(text);
        }

        return text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4 + int.Parse(length, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>Stands for the scheduler: a free slot is there for each of the clients.</summary>
    private sealed class Slots : IDisposable
    {
        private readonly ConcurrentStack<int> _free = new(Enumerable.Range(0, Connections * 2));
        private readonly HttpWorkerTransport _transport;

        public Slots(string path) => _transport = new HttpWorkerTransport(
            new UnixDomainSocketEndPoint(path), null, Connections * 2,
            new TransportLimits(TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(5), 1 << 20, Timeout.InfiniteTimeSpan),
            new HeldResponses(), TimeProvider.System);

        public void Dispose() => _transport.Dispose();

        public async Task ForwardAsync(IHttpForwarder forwarder, HttpContext context, ForwarderRequestConfig config)
        {
            if (!_free.TryPop(out var slot))
            {
                throw new InvalidOperationException("No slot is free.");
            }

            using var exchange = _transport.BeginExchange(slot, _ => _free.Push(slot));
            await forwarder.SendAsync(context, "http://worker", exchange, config, HttpTransformer.Empty);
        }
    }
}
