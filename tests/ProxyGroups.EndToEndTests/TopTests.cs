using System.Net;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary><c>top</c> in the terminal, and who gets to its live page: the first one with the link, and no page of another site in the same browser.</summary>
public sealed class TopTests
{
    private const string Site = "Sec-Fetch-Site";

    // It keeps no cookies: each request says itself who it is.
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = false });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task The_link_works_once_and_no_other_site_can_use_the_page()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(FrontDoorProcess.OneGroup(new { Command = TestApps.TestWorker() }));
        await frontDoor.WaitForReadyAsync();
        await using var top = await FrontDoorProcess.StartLivePageAsync(frontDoor.ContentRoot);
        var (link, page) = (top.Address, new Uri(top.Address, "."));
        Assert.Equal("127.0.0.1", link.Host);
        await AssertRefusedAsync(HttpMethod.Get, page, null);
        await AssertRefusedAsync(HttpMethod.Get, link, null, ("Host", $"evil.example:{link.Port}"));
        await AssertRefusedAsync(HttpMethod.Get, link, null, (Site, "cross-site"));
        await AssertRefusedAsync(HttpMethod.Get, new Uri(link + "0"), null);

        using var entered = await SendAsync(HttpMethod.Get, link, null);
        Assert.Equal((HttpStatusCode.SeeOther, page.AbsolutePath), (entered.StatusCode, entered.Headers.Location!.ToString()));
        var given = Assert.Single(entered.Headers.GetValues("Set-Cookie"));
        Assert.EndsWith($"; Path={page.AbsolutePath}; HttpOnly; SameSite=Strict", given, StringComparison.Ordinal);
        var cookie = given.Split(';')[0];
        await AssertRefusedAsync(HttpMethod.Get, link, null);
        using var shown = await SendAsync(HttpMethod.Get, page, cookie);
        Assert.Equal((HttpStatusCode.OK, "text/html"), (shown.StatusCode, shown.Content.Headers.ContentType!.MediaType));
        Assert.Contains("default-src 'none'", Assert.Single(shown.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);

        var (pause, origin) = (new Uri(page, "v1/groups/app/pause"), page.GetLeftPart(UriPartial.Authority));
        await AssertRefusedAsync(HttpMethod.Post, pause, cookie);
        await AssertRefusedAsync(HttpMethod.Post, pause, null, ("Origin", origin));
        await AssertRefusedAsync(HttpMethod.Post, pause, "proxygroups=0", ("Origin", origin));
        await AssertRefusedAsync(HttpMethod.Post, pause, cookie, ("Origin", "http://evil.example"));
        await AssertRefusedAsync(HttpMethod.Post, pause, cookie, ("Origin", $"http://127.0.0.1:{link.Port + 1}"));
        await AssertRefusedAsync(HttpMethod.Post, pause, cookie, ("Origin", origin), (Site, "same-site"));
        await AssertRefusedAsync(HttpMethod.Get, new Uri(page, "v1/status"), cookie, ("Host", $"evil.example:{link.Port}"));
        await AssertRefusedAsync(HttpMethod.Get, new Uri(page, "/v1/status"), cookie);
        using var paused = await SendAsync(HttpMethod.Post, pause, cookie, ("Origin", origin), (Site, "same-origin"));
        Assert.Equal(HttpStatusCode.Accepted, paused.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_front_door_that_does_not_run_is_told_in_the_terminal()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        await File.WriteAllTextAsync(Path.Combine(root, "appsettings.json"), "{}", Token);
        var (code, text) = await FrontDoorProcess.RunToEndAsync(["top", "--web"], root);
        Assert.Equal(3, code);
        Assert.Contains("Start it with: proxygroups run", text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task On_a_terminal_top_draws_and_leaves_it_as_it_was_elsewhere_it_prints_once()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(FrontDoorProcess.OneGroup(new { Command = TestApps.TestWorker(), Threads = 3 }));
        await frontDoor.WaitForReadyAsync();
        var (code, text) = await FrontDoorProcess.RunToEndAsync(["top"], frontDoor.ContentRoot);
        Assert.Equal(0, code);
        Assert.Matches("(?m)^app +1 of 1 x 3 +0/3 ", text);
        Assert.DoesNotContain('\u001b', text);

        string[] console = [TestApps.Python, TestApps.Folder("console.py"), "terminal", "timeout", "--foreground", "--preserve-status", "--signal=INT", "10"];
        (code, text) = await FrontDoorProcess.RunToEndThroughAsync(console, ["top"], frontDoor.ContentRoot);
        Assert.Equal(0, code);
        Assert.Matches(@"\u001b\[\?1049h[\s\S]*  app  [\s\S]*serving[\s\S]*nobody waits[\s\S]* 0 [\s\S]*○○○[\s\S]*\u001b\[\?1049l$", text);

        foreach (var command in new[] { "top", "status" })
        {
            (code, text) = await FrontDoorProcess.RunToEndThroughAsync([.. console, "env", "TERM=dumb"], [command], frontDoor.ContentRoot);
            Assert.Equal(0, code);
            Assert.Matches("(?m)^app +1 of 1 x 3 +0/3 .* serving\r?$", text);
            Assert.DoesNotContain('\u001b', text);
        }
    }

    private static async Task AssertRefusedAsync(HttpMethod method, Uri address, string? cookie, params (string Name, string Value)[] headers)
    {
        using var answer = await SendAsync(method, address, cookie, headers);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private static Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, string? cookie, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, address);
        foreach (var (name, value) in cookie is null ? headers : [.. headers, ("Cookie", cookie)])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return Client.SendAsync(request, Token);
    }
}
