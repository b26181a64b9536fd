using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using ProxyGroups.Groups;
using Yarp.ReverseProxy.Forwarder;

namespace ProxyGroups.ProcessTests.Hosting;

/// <summary>The library in somebody's own app: YARP's traps have a message each, the app's own policies and clusters keep working.</summary>
public sealed class DropInTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task MapReverseProxy_before_ours_is_refused_with_the_way_out()
    {
        var builder = DropInSite.CreateBuilder();
        builder.AddProxyGroups();
        await using var app = builder.Build();
        app.MapReverseProxy();
        var error = Assert.Throws<InvalidOperationException>(() => app.MapProxyGroups());
        Assert.Contains("Remove MapReverseProxy", error.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task MapReverseProxy_after_ours_stops_the_start_with_the_way_out()
    {
        var builder = DropInSite.CreateBuilder();
        builder.AddProxyGroups();
        var app = builder.Build();
        app.MapProxyGroups();
        app.MapReverseProxy();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => DropInSite.StartAsync(app, Token));
        Assert.Contains("MapReverseProxy was called after MapProxyGroups", error.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_own_pipeline_leads_to_the_groups_with_UseProxyGroups()
    {
        var builder = DropInSite.CreateBuilder();
        builder.AddProxyGroups();
        var app = builder.Build();
        app.MapReverseProxy(static proxy => proxy.UseProxyGroups());
        await using var site = await DropInSite.StartAsync(app, Token);
        Assert.Equal(HttpStatusCode.OK, (await site.Client.GetAsync("/app/pid", Token)).StatusCode);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("/app/a%2Fb/%C3%BC?q=1", "/a%2Fb/%C3%BC?q=1")]
    [InlineData("/base/app/a%2Fb", "/a%2Fb")]
    [InlineData("/base/app/moved/%C3%BC?q=1", "/new%20place/%C3%BC?q=1")]
    [InlineData("/app/moved/x", "/new%20place/x")]
    [InlineData("/plain/moved/x", "/plain/new%20place/x")]
    [InlineData("/plain/a%2Fb", "/plain/a%2Fb")]
    public async Task A_worker_is_asked_for_what_the_app_s_own_middleware_made_of_the_path(string target, string expected)
    {
        var builder = DropInSite.CreateBuilder("""{ "ReverseProxy": { "Routes": { "plain": { "ClusterId": "app", "Match": { "Path": "/plain/{**rest}" } } } } }""");
        builder.AddProxyGroups();
        var app = builder.Build();
        app.UsePathBase("/base");
        app.Use(static (context, next) =>
        {
            context.Request.Path = new PathString(context.Request.Path.Value!.Replace("/moved/", "/new place/", StringComparison.Ordinal));
            return next();
        });
        app.UseRouting();
        app.MapProxyGroups();
        await using var site = await DropInSite.StartAsync(app, Token);
        var seen = await site.Client.GetStringAsync(target, Token);
        Assert.Equal($"GET {expected}", seen.Split('\n')[0]);
    }

    [Fact(Timeout = 60_000)]
    public async Task AddReverseProxy_after_ours_is_refused_with_the_way_out()
    {
        var builder = DropInSite.CreateBuilder();
        builder.AddProxyGroups();
        builder.Services.AddReverseProxy();
        await using var app = builder.Build();
        var error = Assert.Throws<InvalidOperationException>(() => app.MapProxyGroups());
        Assert.Contains("Call AddReverseProxy first", error.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task MapProxyGroups_without_AddProxyGroups_says_what_is_missing()
    {
        await using var app = DropInSite.CreateBuilder().Build();
        var error = Assert.Throws<InvalidOperationException>(() => app.MapProxyGroups());
        Assert.Contains("builder.AddProxyGroups()", error.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Routes_that_are_read_twice_are_refused_with_the_way_out()
    {
        var builder = DropInSite.CreateBuilder();
        builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"));
        builder.AddProxyGroups();
        await using var app = builder.Build();
        var error = Assert.Throws<InvalidOperationException>(() => app.MapProxyGroups());
        Assert.Contains("Route 'app' comes twice. AddProxyGroups reads the section ReverseProxy itself", error.Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("ReverseProxy")]
    [InlineData("Own")]
    public async Task An_app_with_YARP_keeps_its_clusters_beside_the_groups(string section)
    {
        await using var upstream = WebApplication.Create();
        upstream.Urls.Add("http://127.0.0.1:0");
        upstream.MapGet("/own/{**rest}", static (string rest) => "own " + rest);
        await upstream.StartAsync(Token);
        var builder = DropInSite.CreateBuilder($$"""
            { "{{section}}": {
                "Routes": { "own": { "ClusterId": "own", "Match": { "Path": "/own/{**rest}" } } },
                "Clusters": { "own": { "LoadBalancingPolicy": "RoundRobin", "Destinations": { "one": { "Address": "{{upstream.Urls.First()}}" } } } } } }
            """);
        builder.Services.AddSingleton<IForwarderHttpClientFactory, CountingFactory>();
        var proxy = builder.Services.AddReverseProxy();
        if (section == "Own")
        {
            proxy.LoadFromConfig(builder.Configuration.GetSection(section));
        }

        builder.AddProxyGroups();
        var app = builder.Build();
        app.MapProxyGroups();
        await using var site = await DropInSite.StartAsync(app, Token);
        Assert.Equal("own x", await site.Client.GetStringAsync("/own/x", Token));
        Assert.Equal(HttpStatusCode.OK, (await site.Client.GetAsync("/app/pid", Token)).StatusCode);
        Assert.True(((CountingFactory)site.Services.GetRequiredService<IForwarderHttpClientFactory>()).Created > 0);
    }

    [Fact(Timeout = 60_000)]
    public async Task Switched_off_nothing_starts_and_the_app_around_it_serves()
    {
        var builder = DropInSite.CreateBuilder("""{ "ProxyGroups": { "Enabled": false } }""");
        builder.AddProxyGroups();
        var app = builder.Build();
        app.MapGet("/mine", static () => "mine");
        app.MapProxyGroups();
        await using var site = await DropInSite.StartAsync(app, Token);
        Assert.Equal("mine", await site.Client.GetStringAsync("/mine", Token));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await site.Client.GetAsync("/app/pid", Token)).StatusCode);
        Assert.Empty(site.Services.GetRequiredService<ProcessGroupRegistry>().All);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_start_that_fails_leaves_no_worker()
    {
        var pids = new List<int>();
        var builder = DropInSite.CreateBuilder();
        builder.AddProxyGroups();
        builder.Services.AddHostedService(provider => new FailingStart(provider.GetRequiredService<ProcessGroupRegistry>(), pids));
        var app = builder.Build();
        app.MapProxyGroups();
        await Assert.ThrowsAsync<IOException>(() => DropInSite.StartAsync(app, Token));
        Assert.DoesNotContain(pids, Alive.Is);
        Assert.Single(pids);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_authorization_policy_stands_in_front_of_a_group()
    {
        var builder = DropInSite.CreateBuilder(Route("\"AuthorizationPolicy\": \"nobody\""));
        builder.Services.AddAuthentication("token").AddBearerToken("token");
        builder.Services.AddAuthorizationBuilder().AddPolicy("nobody", static policy => policy.RequireAuthenticatedUser());
        builder.AddProxyGroups();
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapProxyGroups();
        await using var site = await DropInSite.StartAsync(app, Token);
        Assert.Equal(HttpStatusCode.Unauthorized, (await site.Client.GetAsync("/app/pid", Token)).StatusCode);
        Assert.Equal(1, await RequestsAsync(site, "/open/counts"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_CORS_policy_answers_the_preflight_of_a_group()
    {
        var builder = DropInSite.CreateBuilder(Route("\"CorsPolicy\": \"friends\""));
        builder.Services.AddCors(static cors => cors.AddPolicy("friends", static policy => policy.WithOrigins("http://friend").AllowAnyMethod()));
        builder.AddProxyGroups();
        var app = builder.Build();
        app.UseCors();
        app.MapProxyGroups();
        await using var site = await DropInSite.StartAsync(app, Token);
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/app/pid") { Headers = { { "Origin", "http://friend" }, { "Access-Control-Request-Method", "PUT" } } };
        using var answer = await site.Client.SendAsync(preflight, Token);
        Assert.Equal((HttpStatusCode.NoContent, "http://friend"), (answer.StatusCode, answer.Headers.GetValues("Access-Control-Allow-Origin").Single()));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/app/counts") { Headers = { { "Origin", "http://friend" } } };
        using var got = await site.Client.SendAsync(request, Token);
        Assert.Equal("http://friend", got.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Fact(Timeout = 60_000)]
    public async Task An_output_cache_spares_the_group_the_second_request()
    {
        var builder = DropInSite.CreateBuilder(Route("\"OutputCachePolicy\": \"minute\""));
        builder.Services.AddOutputCache(static cache => cache.AddPolicy("minute", static policy => policy.Expire(TimeSpan.FromMinutes(1))));
        builder.AddProxyGroups();
        var app = builder.Build();
        app.UseOutputCache();
        app.MapProxyGroups();
        await using var site = await DropInSite.StartAsync(app, Token);
        var first = await site.Client.GetStringAsync("/app/counts", Token);
        Assert.Equal(first, await site.Client.GetStringAsync("/app/counts", Token));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("\"TimeoutPolicy\": \"short\"", HttpStatusCode.RequestTimeout)]
    [InlineData("\"Timeout\": \"00:00:00.500\"", HttpStatusCode.GatewayTimeout)]
    public async Task A_request_timeout_of_the_route_answers_in_its_own_way(string setting, HttpStatusCode expected)
    {
        var builder = DropInSite.CreateBuilder(Route(setting));
        builder.Services.AddRequestTimeouts(static timeouts => timeouts.AddPolicy(
            "short", new RequestTimeoutPolicy { Timeout = TimeSpan.FromMilliseconds(500), TimeoutStatusCode = StatusCodes.Status408RequestTimeout }));
        builder.AddProxyGroups();
        var app = builder.Build();
        app.UseRequestTimeouts();
        app.MapProxyGroups();
        await using var site = await DropInSite.StartAsync(app, Token);
        Assert.Equal(HttpStatusCode.OK, (await site.Client.GetAsync("/app/pid", Token)).StatusCode);
        Assert.Equal(expected, (await site.Client.GetAsync("/app/sleep?ms=3000", Token)).StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task Health_checks_tell_when_the_groups_serve()
    {
        var builder = DropInSite.CreateBuilder();
        builder.AddProxyGroups();
        builder.Services.AddHealthChecks().AddProxyGroups();
        var app = builder.Build();
        app.MapHealthChecks("/health");
        app.MapProxyGroups();
        await using var site = await DropInSite.StartAsync(app, Token);
        Assert.Equal(HttpStatusCode.OK, (await site.Client.GetAsync("/app/pid", Token)).StatusCode);
        var report = await site.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Token);
        Assert.Equal((HealthStatus.Healthy, "1 process groups serve"), (report.Status, report.Entries["process-groups"].Description));
        Assert.Equal("Healthy", await site.Client.GetStringAsync("/health", Token));
    }

    private static string Route(string setting) => $$"""
        { "ReverseProxy": { "Routes": {
            "app": { {{setting}} },
            "open": { "ClusterId": "app", "Match": { "Path": "/open/{**rest}" }, "Transforms": [ { "PathRemovePrefix": "/open" } ] } } } }
        """;

    private static async Task<int> RequestsAsync(DropInSite site, string path)
    {
        using var counts = System.Text.Json.JsonDocument.Parse(await site.Client.GetStringAsync(path, Token));
        // The readiness check was the first.
        return counts.RootElement.GetProperty("requests").GetInt32() - 1;
    }

    /// <summary>An app's own factory for the connections of its own clusters.</summary>
    /// <summary>What a port in use does, once the group has its worker.</summary>
    private sealed class FailingStart(ProcessGroupRegistry groups, List<int> pids) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await Alive.UntilAsync(() => groups.Find("app")!.State.Workers.Any(static worker => worker.Pid > 0), "no worker was spawned");
            pids.AddRange(groups.Find("app")!.State.Workers.Select(static worker => worker.Pid));
            throw new IOException("address already in use");
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class CountingFactory : IForwarderHttpClientFactory
    {
        public int Created { get; private set; }

        public HttpMessageInvoker CreateClient(ForwarderHttpClientContext context)
        {
            Created++;
            return new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        }
    }
}
