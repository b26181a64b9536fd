using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.ProcessTests.Hosting;

namespace ProxyGroups.ProcessTests.Telemetry;

/// <summary>What the meter says of real requests and workers, held against what the clients saw.</summary>
public sealed class MeterTests
{
    private static readonly string[] Labels = ["proxygroups.group", "proxygroups.rank", "proxygroups.worker.state", "proxygroups.reason", "proxygroups.step", "error.type", "http.response.status_code"];

    private static readonly string[] Causes = ["QueueFull", "BodyTooLarge", "ClientGone"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Each_request_is_counted_once_and_each_worker_too()
    {
        const int Clients = 6, Requests = 50;
        await using var site = await StartAsync("""{ "ProxyGroups": { "ProcessGroups": { "app": { "Processes": 2, "Threads": 1 } } } }""");
        using var book = new MeterBook(site.Services.GetRequiredService<IMeterFactory>());
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            for (var number = 0; number < Requests; number++)
            {
                using var answer = await site.Client.GetAsync("/app/sleep?ms=2", Token);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }));
        const int All = Clients * Requests;
        Assert.Equal((All, 0), (book.Gauge("proxygroups.requests"), book.Sum("proxygroups.request.failures")));
        await book.UntilAsync(static book => book.Count("proxygroups.request.service.duration") == All, Token);
        Assert.Equal(All, book.Count("proxygroups.request.queue.duration"));
        Assert.InRange(book.Total("proxygroups.request.service.duration"), All * 0.002, 1000);
        Assert.InRange(book.Total("proxygroups.request.queue.duration"), 0.001, 1000);

        using var killed = await site.Client.GetAsync("/app/kill-self", Token);
        Assert.Equal(HttpStatusCode.BadGateway, killed.StatusCode);
        Assert.Equal((All + 1, 1, 1), (book.Gauge("proxygroups.requests"), book.Sum("proxygroups.request.retries"), book.Sum("proxygroups.request.failures", "error.type", "WorkerDied")));
        await book.UntilAsync(static book => book.Gauge("proxygroups.responses") == All + 1, Token);
        Assert.Equal((All, 1), (book.Gauge("proxygroups.responses", "http.response.status_code", 200), book.Gauge("proxygroups.responses", "http.response.status_code", 502)));
        await book.UntilAsync(static book => book.Sum("proxygroups.worker.exits", "proxygroups.reason", "ExitedUnexpectedly") == 2, Token);
        await book.UntilAsync(static book => book.Gauge("proxygroups.worker.count", "proxygroups.worker.state", "ready") == 2, Token);
        Assert.Equal(2, book.Sum("proxygroups.worker.spawns"));
        Assert.Equal(2, book.Count("proxygroups.worker.start.duration"));
        Assert.Equal((2, 2, 0, 0, 20), (book.Gauge("proxygroups.worker.wanted"), book.Gauge("proxygroups.slot.limit"), book.Gauge("proxygroups.slot.usage"), book.Gauge("proxygroups.queue.length"), book.Gauge("proxygroups.queue.limit")));
        Assert.Equal([], book.LabelNames.Except(Labels));
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Who_begins_to_listen_gets_the_times_from_then_on()
    {
        await using var site = await StartAsync("""{ "ProxyGroups": { "ProcessGroups": { "app": { "Threads": 1 } } } }""");
        var meters = site.Services.GetRequiredService<IMeterFactory>();
        await AskAsync(3);
        using (var first = new MeterBook(meters))
        {
            await AskAsync(2);
            await first.UntilAsync(static book => book.Count("proxygroups.request.service.duration") == 2, Token);
        }

        await AskAsync(5);
        using var second = new MeterBook(meters);
        using var third = new MeterBook(meters);
        await AskAsync(1);
        await second.UntilAsync(static book => book.Count("proxygroups.request.service.duration") == 1, Token);
        Assert.Equal((1, 1), (second.Count("proxygroups.request.queue.duration"), third.Count("proxygroups.request.queue.duration")));
        Assert.Equal(11, second.Gauge("proxygroups.requests"));

        async Task AskAsync(int requests)
        {
            for (var number = 0; number < requests; number++)
            {
                using var answer = await site.Client.GetAsync("/app/", Token);
            }
        }
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Whoever_listens_to_times_alone_gets_them_too()
    {
        const string Times = "proxygroups.request.service.duration";
        await using var site = await StartAsync("{}");
        using var book = new MeterBook(site.Services.GetRequiredService<IMeterFactory>(), Times);
        using var answer = await site.Client.GetAsync("/app/", Token);
        await book.UntilAsync(
            book =>
            {
                site.Services.GetRequiredService<ProcessGroupRegistry>().Mark();
                return book.Count(Times) == 1;
            },
            Token);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_group_that_is_removed_and_comes_again_is_told_to_its_end_and_goes_on_counting()
    {
        const string Times = "proxygroups.request.service.duration";
        (string, string)[] kept = [("ReverseProxy:Routes:app:Order", "1"), ("ProxyGroups:ProcessGroups:app:Threads", "1")];
        (string, string)[] leaving = [("ReverseProxy:Routes:leaving:ClusterId", "leaving"), ("ReverseProxy:Routes:leaving:Match:Path", "/leaving"),
            .. TestPaths.TestWorker.Append("--socket").Append("{socket}").Select(static (word, index) => ($"ProxyGroups:ProcessGroups:leaving:Command:{index}", word))];
        var layer = new Layer();
        layer.Hold([.. kept, .. leaving]);
        await using var site = await StartAsync("{}", layer);
        var (store, groups) = (site.Services.GetRequiredService<SettingsStore>(), site.Services.GetRequiredService<ProcessGroupRegistry>());
        using var book = new MeterBook(site.Services.GetRequiredService<IMeterFactory>());
        using var answer = await site.Client.GetAsync("/leaving", Token);
        await book.UntilAsync(static book => book.Gauge("proxygroups.responses") == 1, Token);
        book.Forget();
        using var last = await site.Client.GetAsync("/leaving", Token);
        layer.Hold(kept);
        store.Reload();
        Assert.Null(groups.Find("leaving"));
        await book.UntilAsync(static book => book.Count(Times) == 1, Token);
        layer.Hold([.. kept, .. leaving]);
        store.Reload();
        await book.UntilAsync(static book => book.Gauge("proxygroups.responses") == 2, Token);
        Assert.Equal(2, book.Gauge("proxygroups.requests"));
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Refusals_are_counted_by_their_cause()
    {
        await using var site = await StartAsync("""{ "ProxyGroups": { "ProcessGroups": { "app": { "Threads": 1, "Queue": { "Limit": 0 }, "MaxRequestBody": "1KiB" } } } }""");
        using var book = new MeterBook(site.Services.GetRequiredService<IMeterFactory>());
        using var leave = new CancellationTokenSource();
        var hanging = site.Client.GetAsync("/app/sleep?ms=5000", leave.Token);
        await book.UntilAsync(static book => book.Gauge("proxygroups.slot.usage") == 1, Token);
        using var full = await site.Client.GetAsync("/app/", Token);
        using var large = await site.Client.PostAsync("/app/", new ByteArrayContent(new byte[2000]), Token);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.RequestEntityTooLarge), (full.StatusCode, large.StatusCode));
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hanging);
        await book.UntilAsync(static book => book.Sum("proxygroups.request.failures") == 3, Token);
        Assert.All(Causes, cause => Assert.Equal(1, book.Sum("proxygroups.request.failures", "error.type", cause)));
        Assert.Equal(3, book.Gauge("proxygroups.requests"));
        await book.UntilAsync(static book => book.Gauge("proxygroups.responses") == 3, Token);
        Assert.Equal((1, 1), (book.Gauge("proxygroups.responses", "http.response.status_code", 503), book.Gauge("proxygroups.responses", "http.response.status_code", 413)));
        Assert.Equal([], book.LabelNames.Except(Labels));
    }

    [Theory(Timeout = WorkerBench.TestTimeout)]
    [InlineData("pid?set", HttpStatusCode.InternalServerError)]
    [InlineData("pid?set-and-caught", HttpStatusCode.Conflict)]
    [InlineData("sleep?ms=2000", HttpStatusCode.GatewayTimeout)]
    [InlineData("bytes?n=0", HttpStatusCode.Gone)]
    [InlineData("bytes?n=1", HttpStatusCode.OK)]
    public async Task What_an_app_around_us_makes_of_an_answer_is_counted(string request, HttpStatusCode answered)
    {
        await using var site = await StartAsync("""{ "ReverseProxy": { "Routes": { "app": { "Timeout": "00:00:00.500" } } } }""", around: ChangeAnswers);
        using var book = new MeterBook(site.Services.GetRequiredService<IMeterFactory>());
        using var answer = await site.Client.GetAsync($"/app/{request}", Token);
        Assert.Equal(answered, answer.StatusCode);
        await book.UntilAsync(static book => book.Gauge("proxygroups.responses") == 1, Token);
        Assert.Equal(1, book.Gauge("proxygroups.responses", "http.response.status_code", (int)answered));
    }

    private static void ChangeAnswers(WebApplication app)
    {
        app.UseRouting();
        app.Use(static async (context, next) =>
        {
            var asked = context.Request.QueryString.Value!;
            if (asked.StartsWith("?set", StringComparison.Ordinal))
            {
                // To forward then is an error.
                context.Response.StatusCode = StatusCodes.Status404NotFound;
            }

            try
            {
                await next(context);
                if (asked == "?n=0")
                {
                    context.Response.StatusCode = StatusCodes.Status410Gone;
                }
            }
            catch (InvalidOperationException) when (asked == "?set-and-caught")
            {
                context.Response.StatusCode = StatusCodes.Status409Conflict;
            }
        });
        app.UseRequestTimeouts();
    }

    private static async Task<DropInSite> StartAsync(string settings, Layer? layer = null, Action<WebApplication>? around = null)
    {
        var builder = DropInSite.CreateBuilder(settings);
        if (layer is not null)
        {
            ((IConfigurationBuilder)builder.Configuration).Add(layer);
        }

        builder.Services.AddRequestTimeouts();
        builder.AddProxyGroups();
        var app = builder.Build();
        around?.Invoke(app);
        app.MapProxyGroups();
        var site = await DropInSite.StartAsync(app, Token);
        using var first = new MeterBook(site.Services.GetRequiredService<IMeterFactory>());
        await first.UntilAsync(static book => book.Gauge("proxygroups.worker.count", "proxygroups.worker.state", "ready") == book.Gauge("proxygroups.worker.wanted"), Token);
        return site;
    }

    /// <summary>Settings that a test changes.</summary>
    private sealed class Layer : ConfigurationProvider, IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public void Hold(IEnumerable<(string Key, string Value)> settings) => Data = settings.ToDictionary(static one => one.Key, string? (one) => one.Value, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Keeps what one app's meter says: all, or of one instrument.</summary>
    private sealed class MeterBook : IDisposable
    {
        private readonly ConcurrentBag<(string Name, double Value, KeyValuePair<string, object?>[] Labels)> _told = [];
        private readonly MeterListener _listener = new();

        public MeterBook(IMeterFactory meters, string? only = null)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "ProxyGroups" && instrument.Meter.Scope == meters && (only is null || instrument.Name == only))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => _told.Add((instrument.Name, value, labels.ToArray())));
            _listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => _told.Add((instrument.Name, value, labels.ToArray())));
            _listener.Start();
        }

        public IEnumerable<string> LabelNames => _told.SelectMany(static told => told.Labels).Select(static label => label.Key).Distinct();

        public int Sum(string name, string? label = null, object? value = null) => (int)Of(name, label, value).Sum();

        /// <summary>Of those that somebody else counts until they are asked for.</summary>
        public int Count(string name)
        {
            _listener.RecordObservableInstruments();
            return Of(name).Count();
        }

        public double Total(string name) => Of(name).Sum();

        /// <summary>What it is now.</summary>
        public int Gauge(string name, string? label = null, object? value = null)
        {
            var before = Sum(name, label, value);
            _listener.RecordObservableInstruments();
            return Sum(name, label, value) - before;
        }

        public async Task UntilAsync(Func<MeterBook, bool> isSo, CancellationToken cancellationToken)
        {
            while (!isSo(this))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
            }
        }

        public void Forget() => _told.Clear();

        public void Dispose() => _listener.Dispose();

        private IEnumerable<double> Of(string name, string? label = null, object? value = null) => _told
            .Where(told => told.Name == name && (label is null || told.Labels.Any(own => own.Key == label && Equals(own.Value, value))))
            .Select(static told => told.Value);
    }
}
