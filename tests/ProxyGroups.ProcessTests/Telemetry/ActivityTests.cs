using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ProxyGroups.ProcessTests.Hosting;

namespace ProxyGroups.ProcessTests.Telemetry;

/// <summary>Spans of a real request, and the trace context that its worker gets.</summary>
public sealed class ActivityTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task The_worker_gets_the_trace_of_the_span_that_forwards_to_it()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = Listen(ended);
        await using var site = await StartAsync();
        await AskAsync(site, "/app/", $"00-{ActivityTraceId.CreateRandom()}-00f067aa0ba902b7-01");
        var trace = ActivityTraceId.CreateRandom();
        var answers = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => AskAsync(site, "/app/sleep?ms=200", $"00-{trace}-00f067aa0ba902b7-01")));
        await UntilAsync(() => Of("proxygroups.forward").Count == 2);
        var forwards = Of("proxygroups.forward");
        Assert.Equal(forwards.Select(forward => $"00-{trace}-{forward.SpanId}-01").Order(), answers.Select(static answer => HeaderOf(answer, "traceparent")).Order());
        Assert.All(forwards, static forward => Assert.Equal(("app", 0, 1, 200), (forward.GetTagItem("proxygroups.group"), forward.GetTagItem("proxygroups.rank"), forward.GetTagItem("proxygroups.generation"), forward.GetTagItem("http.response.status_code"))));
        var queue = Assert.Single(Of("proxygroups.queue"));
        Assert.InRange(queue.Duration.TotalMilliseconds, 50, 60_000);
        Assert.Contains(ended, static span => span.OperationName == "proxygroups.spawn" && span.Duration > TimeSpan.Zero && span.Parent is null && (string?)span.GetTagItem("proxygroups.group") == "app");

        await AskAsync(site, "/app/close", $"00-{trace}-00f067aa0ba902b7-01");
        await UntilAsync(() => Of("proxygroups.forward").Count == 4);
        Assert.Equal(2, Of("proxygroups.forward").Count(static forward => forward.Status == ActivityStatusCode.Error && (string?)forward.GetTagItem("error.type") == "WorkerDied"));

        List<Activity> Of(string name) => [.. ended.Where(span => span.TraceId == trace && span.OperationName == name)];
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Where_nobody_traces_the_clients_own_context_passes_as_it_came()
    {
        const string Context = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
        await using var site = await StartAsync();
        Assert.Equal(Context, HeaderOf(await AskAsync(site, "/app/", Context), "traceparent"));
    }

    private static ActivityListener Listen(ConcurrentQueue<Activity> ended)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name is "ProxyGroups" or "Microsoft.AspNetCore",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static async Task<DropInSite> StartAsync()
    {
        var builder = DropInSite.CreateBuilder("""{ "ProxyGroups": { "ProcessGroups": { "app": { "Threads": 1 } } } }""");
        builder.AddProxyGroups();
        var app = builder.Build();
        app.MapProxyGroups();
        return await DropInSite.StartAsync(app, Token);
    }

    private static async Task<string> AskAsync(DropInSite site, string path, string context)
    {
        // A client of our own would trace by itself.
        using var handler = new SocketsHttpHandler { ActivityHeadersPropagator = null };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(site.Client.BaseAddress!, path)) { Headers = { { "traceparent", context } } };
        using var answer = await client.SendAsync(request, Token);
        return await answer.Content.ReadAsStringAsync(Token);
    }

    private static string? HeaderOf(string echo, string name) => echo.Split('\n')
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(static line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
        .SingleOrDefault();

    private static async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Token);
        }
    }
}
