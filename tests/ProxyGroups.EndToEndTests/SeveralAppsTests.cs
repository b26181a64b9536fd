using System.Net;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>Several apps in one process group: one interpreter, a path for each.</summary>
public sealed class SeveralAppsTests
{
    private const string Good = """
        def application(environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"good"]
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Flask_and_Django_live_in_one_process_and_each_knows_its_path()
    {
        var apps = new Dictionary<string, object>
        {
            ["/shop"] = new { App = "app:app", Directory = TestApps.Folder("flask-shop") },
            ["/blog"] = new { App = "blog.wsgi:application", Directory = TestApps.Folder("django-blog") },
            ["/caf%C3%A9"] = new { App = "wsgi.py:application", Directory = TestApps.Folder("environ") },
        };
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("sites", new { Apps = apps, TestApps.Python })));

        Assert.Equal(
            $"home of /sites/shop at {frontDoor.Address.Authority}, item at /sites/shop/item/7, outside {frontDoor.Address}sites/shop/item/7",
            await frontDoor.Client.GetStringAsync("/sites/shop/", Token));
        using (var redirect = await frontDoor.Client.GetAsync("/sites/blog/posts", Token))
        {
            Assert.Equal((HttpStatusCode.MovedPermanently, "/sites/blog/posts/"), (redirect.StatusCode, redirect.Headers.Location!.OriginalString));
        }

        // Latin-1 of the bytes, which repr shows as they are: 0xC3 and 0xA9 are one letter each.
        var environ = await frontDoor.Client.GetStringAsync("/sites/caf%C3%A9/a%20b", Token);
        Assert.Contains("\nSCRIPT_NAME='/sites/caf\u00c3\u00a9'\n", environ, StringComparison.Ordinal);
        Assert.Contains("\nPATH_INFO='/a b'\n", environ, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NotFound, (await frontDoor.Client.GetAsync("/sites/shops", Token)).StatusCode);
        await frontDoor.WaitForLogAsync(static line => line.Contains("nothing is mounted there, only at /blog, /café, /shop", StringComparison.Ordinal));
        Assert.Single(await frontDoor.PidsAsync("sites", Token));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_slow_import_stops_no_request_of_another_app()
    {
        var root = await CreateAsync(("quick", Good), ("slow", "import os, time\nwhile not os.path.exists('go'):\n    time.sleep(0.02)\n" + Good));
        var group = new { Apps = new Dictionary<string, string> { ["/a-slow"] = "slow:application", ["/quick"] = "quick:application" }, TestApps.Python, Timeouts = new { Request = "40s" }, Threads = 2 };
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("sites", group)), root);

        Assert.Equal("good", await frontDoor.Client.GetStringAsync("/sites/quick", Token));
        var waiting = frontDoor.Client.GetStringAsync("/sites/a-slow", Token);
        await frontDoor.WaitForSlotsAsync("sites", busy: 1, Token);
        Assert.Equal("good", await frontDoor.Client.GetStringAsync("/sites/quick", Token));
        Assert.False(waiting.IsCompleted);

        await File.WriteAllTextAsync(Path.Combine(root, "go"), "", Token);
        Assert.Equal("good", await waiting);
        Assert.Contains(frontDoor.Log, static line => line.Contains("/a-slow is still being imported", StringComparison.Ordinal));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_broken_app_leaves_the_others_alone_and_is_there_once_its_code_is_mended()
    {
        var root = await CreateAsync(("good", Good), ("elsewhere/broken", "def application(:"));
        Directory.CreateDirectory(Path.Combine(root, "home"));
        var group = new
        {
            Directory = "home",
            Apps = new Dictionary<string, object> { ["/broken"] = new { App = "broken:application", Directory = "../elsewhere" }, ["/good"] = new { App = "good:application", Directory = ".." } },
            TestApps.Python,
            Restart = new { Watch = "code", Debounce = "100ms" },
        };
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("sites", group)), root);
        await using var storm = Storm.Begin(frontDoor, "/sites/good");

        using var answer = await frontDoor.Client.GetAsync("/sites/broken", Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        var id = (await answer.Content.ReadAsStringAsync(Token)).Trim().Split(' ')[^1];
        await frontDoor.WaitForLogAsync(line => line.Contains($"/broken (error id {id}): cannot import 'broken'", StringComparison.Ordinal) && line.Contains("line 1 is no valid Python", StringComparison.Ordinal));

        await File.WriteAllTextAsync(Path.Combine(root, "elsewhere", "broken.py"), Good, Token);
        await frontDoor.WaitForReadyAsync(2);
        var mended = HttpStatusCode.ServiceUnavailable;
        while (mended == HttpStatusCode.ServiceUnavailable)
        {
            mended = (await frontDoor.Client.GetAsync("/sites/broken", Token)).StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, mended);
        await storm.AssertNothingFailedAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task Check_shows_what_is_mounted_and_warns_of_modules_that_are_shared()
    {
        var root = await CreateAsync(("blog/blog", Good), ("blog/forms", ""), ("wiki/wiki", Good), ("wiki/forms", ""));
        var apps = new Dictionary<string, object> { ["/blog"] = new { App = "blog:application", Directory = "blog" }, ["/wiki"] = new { App = "wiki:application", Directory = "wiki" } };
        await File.WriteAllTextAsync(Path.Combine(root, "appsettings.json"), Site.Of(("sites", new { Apps = apps, TestApps.Python })).ToJsonString(), Token);
        var (code, output) = await FrontDoorProcess.RunToEndAsync(["check"], root);

        Assert.Equal(0, code);
        Assert.Contains("WSGI apps /blog = blog:application, /wiki = wiki:application in one interpreter with " + TestApps.Python, output, StringComparison.Ordinal);
        Assert.Contains("warning: ProxyGroups:ProcessGroups:sites:Apps share one interpreter, which has one module of a name, and several of their directories hold forms", output, StringComparison.Ordinal);
    }

    private static async Task<string> CreateAsync(params (string Module, string Code)[] modules)
    {
        var root = FrontDoorProcess.CreateContentRoot();
        foreach (var (module, code) in modules)
        {
            var file = Path.Combine(root, module + ".py");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, code, Token);
        }

        return root;
    }
}
