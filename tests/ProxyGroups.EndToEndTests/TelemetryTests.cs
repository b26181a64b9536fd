using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>Metrics, traces and logs as the programs of others get them: a real Prometheus, a receiver of OTLP.</summary>
public sealed partial class TelemetryTests
{
    private static readonly object App = new { Directory = TestApps.Folder("trouble"), TestApps.Python, Processes = 2 };

    private static readonly string[] EndsAtOnce = ["false"];
    private static readonly string[] Hosting = ["Microsoft.AspNetCore.Hosting"];
    private static readonly string[] Nameless = [" "];
    private static readonly string[] Elsewhere = ["192.0.2.0/24"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Samples { get; } = FrontDoorProcess.Sample("prometheus");

    [Fact(Timeout = 120_000)]
    public async Task Prometheus_counts_exactly_what_was_sent()
    {
        await using var frontDoor = await StartAsync(new { Metrics = "/metrics" }, ("shop", App), ("blog", App));
        await frontDoor.WaitForReadyAsync(4);
        using var prometheus = PrometheusServer.Start(frontDoor.Address, frontDoor.ContentRoot);
        await Task.WhenAll(LoadAsync("shop", 700), LoadAsync("blog", 300), LoadAsync("shop", 11));
        await prometheus.WaitForAsync("""sum(proxygroups_requests_total{proxygroups_group="shop"})""", 711, Token);
        await prometheus.WaitForAsync("""sum(proxygroups_requests_total{proxygroups_group="blog"})""", 300, Token);
        await prometheus.WaitForAsync("sum(proxygroups_request_service_duration_seconds_count)", 1011, Token);
        await prometheus.WaitForAsync("""sum(proxygroups_worker_count{proxygroups_worker_state="ready"})""", 4, Token);
        await prometheus.WaitForAsync("sum(proxygroups_slot_limit)", 16, Token);
        Assert.Null(await prometheus.QueryAsync("proxygroups_request_failures_total", Token));
        Assert.Equal(1, await prometheus.QueryAsync("""up{job="proxygroups"}""", Token));

        async Task LoadAsync(string group, int requests)
        {
            for (var number = 0; number < requests; number++)
            {
                using var answer = await frontDoor.Client.GetAsync($"/{group}/", Token);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task The_page_is_well_formed_bounded_and_holds_all_that_dashboard_and_alerts_ask_for()
    {
        await using var frontDoor = await StartAsync(new { Metrics = "/metrics" }, ("shop", App), ("broken", new { Command = EndsAtOnce }), ("raw", new { Command = TestApps.RawWorker, Processes = 2, Queue = new { Limit = 1 } }));
        await frontDoor.WaitForReadyAsync(4);
        using var killer = new HttpRequestMessage(HttpMethod.Get, "/raw/?path-of-a-client") { Headers = { { "X-Verb", "die" } } };
        using var died = await frontDoor.Client.SendAsync(killer, Token);
        Assert.Equal(HttpStatusCode.BadGateway, died.StatusCode);
        await frontDoor.WaitForLogAsync("ended unexpectedly", 2);
        using var answer = await frontDoor.Client.GetAsync("/shop/", Token);
        var page = await frontDoor.Client.GetStringAsync("/metrics", Token);
        var (_, complaints) = await PrometheusServer.RunToolAsync(["check", "metrics"], page, Token);
        Assert.DoesNotContain("error while linting", complaints, StringComparison.Ordinal);

        var ours = page.Split('\n').Where(static line => line.StartsWith("proxygroups_", StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(ours, static line => line.Contains("pid", StringComparison.Ordinal) || line.Contains("path", StringComparison.Ordinal));
        Assert.Contains(ours, static line => line.StartsWith("proxygroups_worker_exits_total", StringComparison.Ordinal) && line.Contains("proxygroups_reason=\"ExitedUnexpectedly\"", StringComparison.Ordinal));
        Assert.Contains(ours, static line => line.StartsWith("proxygroups_request_failures_total", StringComparison.Ordinal) && line.Contains("error_type=\"WorkerDied\"", StringComparison.Ordinal));

        var known = ours.Select(static line => Name().Match(line).Value).ToHashSet();
        var asked = Directory.GetFiles(Samples, "alerts.yml").Concat(Directory.GetFiles(FrontDoorProcess.Sample("grafana"))).SelectMany(static file => Name().Matches(File.ReadAllText(file))).Select(static name => name.Value);
        // Counted only when it happens.
        Assert.Equal([], asked.Where(static name => name is not "proxygroups_group" and not "proxygroups_rank" and not "proxygroups_reason" and not "proxygroups_worker_state" and not "proxygroups_access_log_lost_total").Distinct().Except(known));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_page_is_off_unless_asked_for_and_only_for_those_who_may_read_it()
    {
        await using (var silent = await StartAsync(new { }, ("shop", App)))
        {
            Assert.Equal(HttpStatusCode.NotFound, (await silent.Client.GetAsync("/metrics", Token)).StatusCode);
        }

        await using (var shut = await StartAsync(new { Metrics = "/metrics", MetricsFrom = Elsewhere }, ("shop", App)))
        {
            Assert.Equal(HttpStatusCode.NotFound, (await shut.Client.GetAsync("/metrics", Token)).StatusCode);
        }

        await using var open = await StartAsync(new { Metrics = "/metrics" }, ("shop", App));
        Assert.Equal(HttpStatusCode.OK, (await open.Client.GetAsync("/metrics", Token)).StatusCode);
        using var proxied = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { { "X-Forwarded-For", "127.0.0.1" } } };
        Assert.Equal(HttpStatusCode.NotFound, (await open.Client.SendAsync(proxied, Token)).StatusCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task Traces_metrics_and_logs_go_to_a_collector_that_the_standard_variables_name()
    {
        await using var collector = await OtlpCollector.StartAsync(Token);
        await using var frontDoor = await StartAsync(new { }, Variables(collector, "OTEL_EXPORTER_OTLP_ENDPOINT", string.Empty), ("shop", App));
        await frontDoor.WaitForReadyAsync(2);
        var trace = Convert.FromHexString("0af7651916cd43dd8448eb211c80319c");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/shop/") { Headers = { { "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } } };
        using var answer = await frontDoor.Client.SendAsync(request, Token);
        await collector.WaitForAsync("/v1/traces", Token, "proxygroups.forward", trace, "service.name", "proxygroups");
        await collector.WaitForAsync("/v1/traces", Token, "proxygroups.spawn");
        await collector.WaitForAsync("/v1/metrics", Token, "proxygroups.requests", "proxygroups.request.queue.duration");
        await collector.WaitForAsync("/v1/logs", Token, "is ready");
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Meters_of_others_are_collected_where_they_are_named(bool isNamed)
    {
        await using var frontDoor = await StartAsync(new { Metrics = "/metrics", Meters = isNamed ? Hosting : [] }, ("shop", App));
        await frontDoor.WaitForReadyAsync(2);
        using var answer = await frontDoor.Client.GetAsync("/shop/", Token);
        var page = string.Empty;
        // The client may have its answer before it is counted.
        await Poll.UntilAsync(async () => AnsweredOnce().IsMatch(page = await frontDoor.Client.GetStringAsync("/metrics", Token)), "the count of the answer", Token);
        Assert.Equal(isNamed, page.Contains("\nhttp_server_request_duration_seconds_count{", StringComparison.Ordinal));
    }

    [Fact(Timeout = 120_000)]
    public async Task One_signal_alone_can_be_exported()
    {
        await using var collector = await OtlpCollector.StartAsync(Token);
        await using var frontDoor = await StartAsync(new { }, Variables(collector, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "/v1/traces"), ("shop", App));
        await frontDoor.WaitForReadyAsync(2);
        using var answer = await frontDoor.Client.GetAsync("/shop/", Token);
        await collector.WaitForAsync("/v1/traces", Token, "proxygroups.forward");
        Assert.False(collector.Has("/v1/metrics") || collector.Has("/v1/logs"));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_endpoint_that_is_none_and_readers_of_no_page_are_refused_with_the_remedy()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        var site = Site.Of(("shop", App));
        site["FrontDoor"] = JsonSerializer.SerializeToNode(new { MetricsFrom = Elsewhere });
        await File.WriteAllTextAsync(Path.Combine(root, "appsettings.json"), site.ToJsonString(), Token);
        var (code, output) = await FrontDoorProcess.RunToEndAsync(["check"], root);
        Assert.Equal(1, code);
        Assert.Contains("FrontDoor:MetricsFrom\n    lets nobody in, because Metrics names no path.\n    Write \"Metrics\": \"/metrics\", or remove it.", output, StringComparison.Ordinal);

        site["FrontDoor"] = JsonSerializer.SerializeToNode(new { Metrics = "/metrics", Meters = Nameless });
        await File.WriteAllTextAsync(Path.Combine(root, "appsettings.json"), site.ToJsonString(), Token);
        (code, output) = await FrontDoorProcess.RunToEndAsync(["check"], root);
        Assert.Equal(1, code);
        Assert.Contains("FrontDoor:Meters:0 = \" \"\n    is not the name of a meter", output, StringComparison.Ordinal);

        site.Remove("FrontDoor");
        await File.WriteAllTextAsync(Path.Combine(root, "appsettings.json"), site.ToJsonString(), Token);
        (code, output) = await FrontDoorProcess.RunToEndThroughAsync(["env", "OTEL_EXPORTER_OTLP_ENDPOINT=collector"], ["check"], root);
        Assert.Equal(1, code);
        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT = \"collector\"\n    is not the URL of a collector", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Each_alert_rule_fires_for_what_it_is_meant_for()
    {
        var (code, output) = await PrometheusServer.RunToolAsync(["test", "rules", Path.Combine(Samples, "alerts_test.yml")], string.Empty, Token);
        Assert.True(code == 0, output);
        var tests = await File.ReadAllTextAsync(Path.Combine(Samples, "alerts_test.yml"), Token);
        var rules = Rule().Matches(await File.ReadAllTextAsync(Path.Combine(Samples, "alerts.yml"), Token)).Select(static rule => rule.Groups[1].Value).ToList();
        Assert.True(rules.Count > 5);
        Assert.All(rules, rule => Assert.Equal(2, tests.Split($"alertname: {rule}").Length - 1));
        (code, output) = await PrometheusServer.RunToolAsync(["check", "config", Path.Combine(Samples, "prometheus.yml")], string.Empty, Token);
        Assert.True(code == 0, output);
    }

    [Fact(Timeout = 60_000)]
    public async Task Prometheus_understands_each_panel_of_the_dashboard()
    {
        using var dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(FrontDoorProcess.Sample("grafana"), "proxygroups.json"), Token));
        var queries = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .SelectMany(static panel => panel.GetProperty("targets").EnumerateArray())
            .Select(static target => target.GetProperty("expr").GetString()!.Replace("$__rate_interval", "5m", StringComparison.Ordinal).Replace("$instance", ".*", StringComparison.Ordinal).Replace("$group", ".*", StringComparison.Ordinal))
            .ToList();
        Assert.True(queries.Count > 10);
        var rules = JsonSerializer.Serialize(new { groups = new[] { new { name = "panels", rules = queries.Select(static (query, number) => new { record = $"panel{number}", expr = query }) } } });
        var file = Path.Combine(FrontDoorProcess.CreateContentRoot(), "panels.yml");
        await File.WriteAllTextAsync(file, rules, Token);
        var (code, output) = await PrometheusServer.RunToolAsync(["check", "rules", file], string.Empty, Token);
        Assert.True(code == 0, output);
    }

    private static Dictionary<string, string> Variables(OtlpCollector collector, string endpoint, string path) => new()
    {
        [endpoint] = collector.Address + path,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
    };

    private static Task<FrontDoorProcess> StartAsync(object settings, params (string Name, object Group)[] groups) => StartAsync(settings, null, groups);

    private static Task<FrontDoorProcess> StartAsync(object settings, IReadOnlyDictionary<string, string>? environment, params (string Name, object Group)[] groups)
    {
        var site = Site.Of(groups);
        site["FrontDoor"] = JsonSerializer.SerializeToNode(settings);
        return FrontDoorProcess.StartAsync(site, null, environment);
    }

    [GeneratedRegex("""^proxygroups_responses_total\{.*http_response_status_code="200".*\} 1$""", RegexOptions.Multiline)]
    private static partial Regex AnsweredOnce();

    [GeneratedRegex("proxygroups_[a-z_]+")]
    private static partial Regex Name();

    [GeneratedRegex("- alert: ([A-Za-z]+)")]
    private static partial Regex Rule();
}
