using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>Apps as people write them, run as they are: Flask, Django, Node, .NET, any WSGI callable.</summary>
public sealed class RealAppsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_Flask_app_lives_behind_a_prefix_that_it_knows()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("shop", new { Directory = TestApps.Folder("flask-shop"), TestApps.Python })));

        Assert.Equal(
            $"home of /shop at {frontDoor.Address.Authority}, item at /shop/item/7, outside {frontDoor.Address}shop/item/7",
            await frontDoor.Client.GetStringAsync("/shop/", Token));
        var item = await frontDoor.Client.GetFromJsonAsync<JsonElement>("/shop/item/3?colour=red&colour=sea%20blue", Token);
        Assert.Equal("""{"colours":["red","sea blue"],"from":"127.0.0.1","item":3}""", item.GetRawText());
        Assert.Equal("a b/ü", await frontDoor.Client.GetStringAsync("/shop/path/a%20b/%C3%BC", Token));
        Assert.Equal(HttpStatusCode.NotFound, (await frontDoor.Client.GetAsync("/shop/nothing", Token)).StatusCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_Flask_app_gets_forms_and_files_and_answers_streams_and_cookies()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("shop", new { Directory = TestApps.Folder("flask-shop"), TestApps.Python })));

        using var form = new FormUrlEncodedContent([new("number", "12"), new("colour", "grün"), new("colour", "a&b")]);
        using var order = await frontDoor.Client.PostAsync("/shop/order", form, Token);
        Assert.Equal(HttpStatusCode.SeeOther, order.StatusCode);
        Assert.Equal("/shop/item/12?colour=gr%C3%BCn&colour=a%26b", order.Headers.Location!.OriginalString.Replace("gr\u00fcn", "gr%C3%BCn", StringComparison.Ordinal));

        using var upload = new MultipartFormDataContent { { new StringContent("with love"), "note" }, { new ByteArrayContent(new byte[3_000_000]), "file", "big.bin" } };
        using var stored = await frontDoor.Client.PostAsync("/shop/file", upload, Token);
        Assert.Equal("""{"length":3000000,"name":"big.bin","note":"with love"}""", (await stored.Content.ReadAsStringAsync(Token)).Trim());

        Assert.Equal(10_000, (await frontDoor.Client.GetStringAsync("/shop/count/10000", Token)).Split('\n').Length - 1);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/shop/cookies") { Headers = { { "Cookie", "basket=half; theme=light" } } };
        using var cookies = await frontDoor.Client.SendAsync(request, Token);
        Assert.Equal("half", await cookies.Content.ReadAsStringAsync(Token));
        Assert.Equal(["basket=full; HttpOnly; Path=/", "theme=dark; Path=/"], cookies.Headers.GetValues("Set-Cookie"));

        Assert.Equal(HttpStatusCode.InternalServerError, (await frontDoor.Client.GetAsync("/shop/fail", Token)).StatusCode);
        await frontDoor.WaitForLogAsync(static line => line.Contains("RuntimeError: the shop burns", StringComparison.Ordinal));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_Django_project_is_detected_and_takes_its_settings_from_the_environment()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        TestApps.Copy("django-blog", root);
        await using var frontDoor = await FrontDoorProcess.StartAsync(
            Site.Of(("blog", new
            {
                Directory = "django-blog",
                TestApps.Python,
                Processes = 2,
                Environment = new { DJANGO_SETTINGS_MODULE = "blog.loud_settings", BLOG_DATABASE = Path.Combine(root, "blog.sqlite3") },
            })),
            root);

        Assert.Equal($"LOUD SETTINGS, posts at /blog/posts/, at {frontDoor.Address}blog/posts/", await frontDoor.Client.GetStringAsync("/blog/", Token));
        using var form = new FormUrlEncodedContent([new("text", "hello wörld")]);
        using var posted = await frontDoor.Client.PostAsync("/blog/posts/", form, Token);
        Assert.Equal(HttpStatusCode.OK, posted.StatusCode);
        var posts = await frontDoor.Client.GetFromJsonAsync<JsonElement>("/blog/posts/", Token);
        Assert.Equal("hello wörld", posts.GetProperty("posts")[0].GetString());
        Assert.Equal(1000, (await frontDoor.Client.GetStringAsync("/blog/stream/", Token)).Split('\n').Length - 1);
    }

    [Fact(Timeout = 120_000)]
    public async Task Djangos_own_rules_hold_behind_the_front_door()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("blog", new { Directory = TestApps.Folder("django-blog"), TestApps.Python })));

        // APPEND_SLASH redirects within the prefix.
        using var redirect = await frontDoor.Client.GetAsync("/blog/posts", Token);
        Assert.Equal((HttpStatusCode.MovedPermanently, "/blog/posts/"), (redirect.StatusCode, redirect.Headers.Location!.OriginalString));

        // The CSRF check compares cookie, field, Origin and Host.
        using var token = await frontDoor.Client.GetAsync("/blog/token/", Token);
        using var refused = await frontDoor.Client.PostAsync("/blog/strict/", null, Token);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/blog/strict/");
        request.Headers.Add("Cookie", token.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        request.Headers.Add("X-CSRFToken", await token.Content.ReadAsStringAsync(Token));
        request.Headers.Add("Origin", frontDoor.Address.ToString().TrimEnd('/'));
        using var passed = await frontDoor.Client.SendAsync(request, Token);
        Assert.Equal("passed", await passed.Content.ReadAsStringAsync(Token));
    }

    [Theory(Timeout = 120_000)]
    [InlineData("node server.js")]
    [InlineData("node server.js # through npm and a shell")]
    public async Task A_Node_server_is_detected_by_its_start_script(string script)
    {
        var root = FrontDoorProcess.CreateContentRoot();
        var directory = TestApps.Copy("node-hello", root);
        await File.WriteAllTextAsync(Path.Combine(directory, "package.json"), $$$"""{ "name": "hello", "scripts": { "start": "{{{script}}}" } }""", Token);
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("hello", new { Directory = directory })), root);

        using var content = new ByteArrayContent(new byte[200_000]);
        using var answer = await frontDoor.Client.PostAsync("/hello/a%2Fb?c=d", content, Token);
        Assert.Equal("node POST /a%2Fb?c=d 200000", await answer.Content.ReadAsStringAsync(Token));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_dotnet_project_is_built_and_served()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("clock", new { Directory = FrontDoorProcess.Sample("clock"), Threads = 8, Timeouts = new { Startup = "120s" } })));
        using var answer = await frontDoor.Client.GetAsync("/clock/", Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("<html", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_WSGI_validator_finds_nothing_to_complain_about()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("checked", new { Directory = TestApps.Folder("validated"), TestApps.Python })));
        foreach (var (request, expected) in new[]
        {
            ("GET /checked/a%20b?x=1&y=%20 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /checked|/a b|x=1&y=%20|0"),
            ("GET /checked/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET /checked|/||0"),
            ("POST /checked/p HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello", "POST /checked|/p||5"),
            ("DELETE /checked/d HTTP/1.1\r\nHost: a\r\n\r\n", "DELETE /checked|/d||0"),
            ("PUT /checked/c HTTP/1.1\r\nHost: a\r\nX-Lines: 1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\na\nb\n\r\n0\r\n\r\n", "PUT /checked|/c||0"),
        })
        {
            var answer = await RawClient.AskAsync(frontDoor.Address, request, Token);
            Assert.Equal((200, expected), (answer.Status, answer.Text));
        }

        var head = await RawClient.AskAsync(frontDoor.Address, "HEAD /checked/h HTTP/1.1\r\nHost: a\r\n\r\n", Token);
        Assert.Equal(200, head.Status);
        Assert.DoesNotContain(frontDoor.Log, static line => line.Contains("AssertionError", StringComparison.Ordinal));
    }

    [Theory(Timeout = 120_000)]
    [InlineData("flask-shop", "/item/3", "\"item\":3")]
    [InlineData("validated", "/x", "GET |/x||0")]
    public async Task Run_with_a_directory_serves_it_without_any_settings(string app, string path, string expected)
    {
        var root = FrontDoorProcess.CreateContentRoot();
        TestApps.Copy(app, root);
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" };
        await using var frontDoor = await FrontDoorProcess.StartAsync(["run", "./" + app, "--urls", "http://127.0.0.1:0"], root, environment);
        Assert.Contains(expected, await frontDoor.Client.GetStringAsync(path, Token), StringComparison.Ordinal);
    }
}
