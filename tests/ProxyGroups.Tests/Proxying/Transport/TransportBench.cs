using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Proxying;
using ProxyGroups.Proxying.Sockets;
using ProxyGroups.Proxying.Transport;
using Xunit;

namespace ProxyGroups.Tests.Proxying.Transport;

/// <summary>A transport of one worker with its fake worker, and what it reported.</summary>
internal sealed class TransportBench : IDisposable
{
    public static readonly TransportLimits Limits = new(TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(5), 1 << 20, Timeout.InfiniteTimeSpan);

    public TransportBench(TransportLimits? limits = null, int capacity = 1, int backlog = 64, TimeProvider? time = null, long budget = 64 << 20, uint? user = null)
    {
        Worker = new FakeWorker(backlog);
        Held = new HeldResponses(budget);
        Transport = new HttpWorkerTransport(Worker.Endpoint, user, capacity, limits ?? Limits, Held, time ?? Time, SocketLoops.Shared);
    }

    public FakeTimeProvider Time { get; } = new();

    public FakeWorker Worker { get; }

    public HeldResponses Held { get; }

    public HttpWorkerTransport Transport { get; }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public TrackedExchange Begin(int slot = 0) => new(Transport, slot);

    public static HttpRequestMessage Get(string target = "/") => new(HttpMethod.Get, Target(target));

    public static HttpRequestMessage Post(HttpContent content, string target = "/") => new(HttpMethod.Post, Target(target)) { Content = content };

    public static Uri Target(string target) =>
        new("http://worker" + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    /// <summary>One GET whose answer is these bytes, sent at once; the connection stays open.</summary>
    public async Task<(TrackedExchange Exchange, HttpResponseMessage Response, FakeConnection Connection)> AnswerAsync(
        string answer, HttpRequestMessage? request = null)
    {
        var exchange = Begin();
        var sending = exchange.Send(request ?? Get());
        var connection = await Worker.AcceptAsync(Ct);
        await connection.ReadHeadAsync();
        await connection.SendAsync(answer);
        return (exchange, await sending, connection);
    }

    /// <summary>The pump gives the budget back right after worker-done.</summary>
    public async Task NothingHeldAsync()
    {
        while (Held.HeldBytes != 0)
        {
            Ct.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public void Dispose()
    {
        Transport.Dispose();
        Worker.Dispose();
    }
}
