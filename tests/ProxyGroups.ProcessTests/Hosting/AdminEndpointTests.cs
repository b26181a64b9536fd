using System.Net;
using System.Net.Http.Headers;
using System.Runtime.Versioning;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProxyGroups.Admin.Api;
using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Hosting;

namespace ProxyGroups.ProcessTests.Hosting;

/// <summary>The admin interface on an address: nothing without the token, everything with it.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class AdminEndpointTests : IDisposable
{
    private const string Secret = "first-0123456789abcdef0123456789abcdef";
    private const string NextSecret = "next-0123456789abcdef0123456789abcdef";

    private readonly string _folder = TestPaths.CreateFolder();
    private readonly LogLines _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string TokenFile => Path.Combine(_folder, "token");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(Timeout = 60_000)]
    public async Task Without_the_token_no_route_answers_and_nothing_happens()
    {
        await using var site = await StartAsync();
        using var nobody = Client(site, null);
        using var stranger = Client(site, NextSecret);
        var group = site.Services.GetRequiredService<ProcessGroupRegistry>().Find("app")!;
        var paths = site.Services.GetRequiredService<AdminApi>().Routes.Select(static route => (route.Method, Path: route.Path.Replace("*", "app", StringComparison.Ordinal)));
        foreach (var (method, path) in paths.Append((Method: "GET", Path: "/nowhere")).Append((Method: "DELETE", Path: "/v1/status")))
        {
            foreach (var client in new[] { nobody, stranger })
            {
                using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Token);
                Assert.Equal((path, HttpStatusCode.Unauthorized), (path, answer.StatusCode));
                Assert.Equal("Bearer", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
            }
        }

        Assert.Equal(GroupPhase.Running, group.State.Phase);
        Assert.Equal(1, group.GenerationsAsked);
        Assert.Contains(_log.All, static line => line.Contains("with a wrong token refused, the last one from 127.0.0.1", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task With_the_token_everything_is_as_on_the_socket()
    {
        await using var site = await StartAsync();
        using var client = Client(site, Secret);
        Assert.Contains("\"app\"", await client.GetStringAsync("/v1/status", Token), StringComparison.Ordinal);
        Assert.Contains("<html", await client.GetStringAsync("/", Token), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\"bearer\"", await client.GetStringAsync("/v1/openapi.json", Token), StringComparison.Ordinal);
        using var events = await client.GetAsync("/v1/events", HttpCompletionOption.ResponseHeadersRead, Token);
        using var reader = new StreamReader(await events.Content.ReadAsStreamAsync(Token));
        using var paused = await client.PostAsync("/v1/groups/app/pause", null, Token);
        Assert.Equal(HttpStatusCode.Accepted, paused.StatusCode);
        while (!(await reader.ReadLineAsync(Token))!.Contains("pause", StringComparison.Ordinal))
        {
            // Until it tells.
        }

        Assert.Contains(_log.All, static line => line.Contains("Admin: Token from 127.0.0.1 asked for /v1/groups/app/pause: taken", StringComparison.Ordinal));
        Assert.DoesNotContain(_log.All, static line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(Secret, await client.GetStringAsync("/v1/status", Token), StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("Host", "evil.example", 421)]
    [InlineData("Origin", "http://evil.example", 403)]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    public async Task A_page_of_another_site_is_refused_even_with_the_token(string header, string value, int status)
    {
        await using var site = await StartAsync();
        using var client = Client(site, Secret);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/groups/app/stop") { Headers = { { header, value } } };
        using var answer = await client.SendAsync(request, Token);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(GroupPhase.Running, site.Services.GetRequiredService<ProcessGroupRegistry>().Find("app")!.State.Phase);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_reload_takes_the_new_token_and_ends_what_the_old_one_opened()
    {
        await using var site = await StartAsync();
        using var client = Client(site, Secret);
        using var events = await client.GetAsync("/v1/events", HttpCompletionOption.ResponseHeadersRead, Token);
        var stream = await events.Content.ReadAsStreamAsync(Token);
        var store = site.Services.GetRequiredService<SettingsStore>();

        await WriteTokenAsync("too short");
        store.Reread();
        Assert.NotEmpty(store.Errors);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client));

        await WriteTokenAsync(NextSecret);
        store.Reread();
        Assert.Empty(store.Errors);
        await Assert.ThrowsAnyAsync<IOException>(() => stream.CopyToAsync(Stream.Null, Token));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client));
        using var next = Client(site, NextSecret);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(next));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_stop_ends_the_streams_and_closes_the_address()
    {
        await using var site = await StartAsync();
        using var client = Client(site, Secret);
        using var events = await client.GetAsync("/v1/events", HttpCompletionOption.ResponseHeadersRead, Token);
        using var reader = new StreamReader(await events.Content.ReadAsStreamAsync(Token));
        await site.StopAsync();
        // A stop is watched to its end.
        Assert.Contains("exited", await reader.ReadToEndAsync(Token), StringComparison.Ordinal);
        await Assert.ThrowsAsync<HttpRequestException>(() => StatusAsync(client));
    }

    [Fact(Timeout = 60_000)]
    public async Task Settings_open_and_close_it_while_the_server_runs()
    {
        var (more, site) = await StartChangeableAsync();
        await using var running = site;
        var endpoint = site.Services.GetRequiredService<AdminEndpoint>();
        Assert.Null(endpoint.Address);
        await WriteTokenAsync(Secret);
        var store = site.Services.GetRequiredService<SettingsStore>();
        (more["ProxyGroups:AdminEndpoint:Url"], more["ProxyGroups:AdminEndpoint:TokenFile"]) = ("http://127.0.0.1:0", TokenFile);
        store.Reload();
        await Alive.UntilAsync(() => endpoint.Address is not null, "it does not listen");
        using var client = Client(site, Secret);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client));
        (more["ProxyGroups:AdminEndpoint:Url"], more["ProxyGroups:AdminEndpoint:TokenFile"]) = (null, null);
        store.Reload();
        await Alive.UntilAsync(() => endpoint.Address is null, "it still listens");
        await Alive.UntilAsync(
            async () =>
            {
                try
                {
                    return await StatusAsync(client) == 0;
                }
                catch (HttpRequestException)
                {
                    return true;
                }
            },
            "somebody still answers");
    }

    [Theory(Timeout = 60_000)]
    [InlineData("http://127.0.0.1:0", 0b110_100_100, "may be read or changed by others")]
    [InlineData("https://127.0.0.1:0", 0b110_000_000, "has no certificate")]
    public async Task A_readable_token_or_a_missing_certificate_is_refused_at_the_start(string url, int mode, string told)
    {
        await WriteTokenAsync(Secret);
        File.SetUnixFileMode(TokenFile, (UnixFileMode)mode);
        var failure = await Assert.ThrowsAsync<SettingsException>(() => StartAsync(Settings(url)));
        Assert.Contains(told, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, failure.Message, StringComparison.Ordinal);
    }

    private string Settings(string url) => $$"""{ "ProxyGroups": { "AdminEndpoint": { "Url": "{{url}}", "TokenFile": "{{TokenFile}}" } } }""";

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/v1/status", Token);
        return answer.StatusCode;
    }

    private static HttpClient Client(DropInSite site, string? token) => new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = new Uri(site.Services.GetRequiredService<AdminEndpoint>().Address!),
        DefaultRequestHeaders = { Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token) },
    };

    private async Task WriteTokenAsync(string secret)
    {
        await File.WriteAllTextAsync(TokenFile, secret + "\n", Token);
        File.SetUnixFileMode(TokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private async Task<DropInSite> StartAsync()
    {
        await WriteTokenAsync(Secret);
        return await StartAsync(Settings("http://127.0.0.1:0"));
    }

    private Task<DropInSite> StartAsync(string settings) => StartAsync(DropInSite.CreateBuilder(settings));

    private async Task<(IConfiguration More, DropInSite Site)> StartChangeableAsync()
    {
        var builder = DropInSite.CreateBuilder();
        builder.Configuration.AddInMemoryCollection();
        return (builder.Configuration, await StartAsync(builder));
    }

    private async Task<DropInSite> StartAsync(WebApplicationBuilder builder)
    {
        builder.Logging.AddProvider(_log);
        builder.AddProxyGroups();
        var app = builder.Build();
        app.MapProxyGroups();
        var site = await DropInSite.StartAsync(app, Token);
        await Alive.UntilAsync(() => site.Services.GetRequiredService<ProcessGroupRegistry>().Find("app")!.State.Workers is [{ IsOffered: true }], "nobody serves");
        return site;
    }
}
