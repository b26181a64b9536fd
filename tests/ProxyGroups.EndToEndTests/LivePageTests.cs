using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ProxyGroups.EndToEndTests.Kit;
using static Microsoft.Playwright.Assertions;

namespace ProxyGroups.EndToEndTests;

/// <summary>The live page in a real browser, before a real front door.</summary>
public sealed partial class LivePageTests : IAsyncLifetime
{
    private static readonly string[] Failing = [TestApps.Python, "-c", "raise SystemExit('no database')", "{socket}"];

    private static readonly string[] Background = [TestApps.Python, "-c", "import time; time.sleep(10000)"];

    private FrontDoorProcess? _frontDoor;
    private FrontDoorProcess? _top;
    private Browser? _browser;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _browser = await Browser.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _browser!.DisposeAsync();
        await (_top?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_frontDoor?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Fact(Timeout = 120_000)]
    public async Task Slots_light_up_a_queue_shows_and_a_killed_worker_is_seen_to_go_and_come_back()
    {
        var page = await OpenAsync(Site.Of(("shop", new { Command = TestApps.TestWorker(), Processes = 2, Threads = 2, Queue = new { MaxWait = "100s" } })), workers: 2);
        var card = Card(page, "shop");
        await Expect(card.Locator(".worker")).ToHaveCountAsync(2);
        await Expect(card.Locator(".lamps i")).ToHaveCountAsync(4);
        await Expect(card.Locator(".lamps i.lit")).ToHaveCountAsync(0);

        var requests = Enumerable.Range(0, 5).Select(_ => _frontDoor!.Client.PostAsync("/shop/hang", null, Token)).ToList();
        await Expect(card.Locator(".lamps i.lit")).ToHaveCountAsync(4);
        await Expect(card.Locator(".dots i")).ToHaveCountAsync(1);
        await Expect(card.Locator(".wait")).ToContainTextAsync("1 waiting");
        await Expect(page.Locator("#busy")).ToHaveTextAsync("4 / 4");

        var pid = (await _frontDoor!.PidsAsync("shop", Token))[0];
        Poll.Kill(pid);
        await Expect(card.Locator($".worker[data-pid='{pid}']")).ToHaveCountAsync(0);
        await Expect(card.Locator(".worker[data-state=ready]")).ToHaveCountAsync(2);
        await Expect(card.Locator(".lamps i.lit")).ToHaveCountAsync(3);
        await Expect(card.Locator(".dots i")).ToHaveCountAsync(0);
        await Expect(page.Locator("#events")).ToContainTextAsync($"shop/0 pid {pid} exited");
        await Poll.UntilAsync(() => requests.Count(static request => request.IsCompleted) == 2, "The answer to what the worker was doing", Token);
        Assert.All(await Task.WhenAll(requests.Where(static request => request.IsCompleted)), static answer => Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode));

        // Not politely: what hangs would be waited for.
        _frontDoor!.Signal("KILL");
    }

    [Fact(Timeout = 120_000)]
    public async Task Every_command_of_the_page_does_what_it_says_and_what_takes_something_away_is_asked_first()
    {
        var page = await OpenAsync(Site.Of(("shop", new { Command = TestApps.TestWorker() }), ("other", new { Command = TestApps.TestWorker() })), workers: 2);
        var card = Card(page, "shop");
        await card.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await page.Locator("dialog").GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(card.Locator(".state")).ToHaveTextAsync("serving");
        await GiveAsync(page, card, "Pause");
        await Expect(card.Locator(".state")).ToHaveTextAsync("serving, paused");
        await card.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(card.Locator(".state")).ToHaveTextAsync("serving");
        await GiveAsync(page, card, "Maintenance");
        await Expect(card.Locator(".state")).ToHaveTextAsync("serving, in maintenance");
        await card.GetByRole(AriaRole.Button, new() { Name = "End maintenance" }).ClickAsync();
        await Expect(card.Locator(".state")).ToHaveTextAsync("serving");
        await GiveAsync(page, card, "Restart");
        await Expect(page.Locator("#answer")).ToHaveTextAsync("Restart shop: done");
        await Expect(card.Locator(".facts")).ToContainTextAsync("generation 2");
        foreach (var choice in new[] { "Recycle", "Drain" })
        {
            await Expect(card.Locator(".worker[data-state=ready]")).ToHaveCountAsync(1);
            await Expect(card.Locator(".worker")).ToHaveCountAsync(1);
            var pid = await card.Locator(".worker").GetAttributeAsync("data-pid");
            await card.Locator(".worker button").ClickAsync();
            await page.Locator("dialog").GetByRole(AriaRole.Button, new() { Name = choice }).ClickAsync();
            await Expect(card.Locator($".worker[data-pid='{pid}']")).ToHaveCountAsync(0);
        }

        await card.GetByRole(AriaRole.Button, new() { Name = "Scale" }).ClickAsync();
        await page.GetByLabel("Processes", new() { Exact = true }).FillAsync("3");
        await page.Locator("dialog").GetByRole(AriaRole.Button, new() { Name = "Scale" }).ClickAsync();
        await Expect(card.Locator(".worker[data-state=ready]")).ToHaveCountAsync(3);
        await Expect(card.Locator(".worker")).ToHaveCountAsync(3);
        await GiveAsync(page, card, "Stop");
        await Expect(card.Locator(".state")).ToHaveTextAsync("stopped");
        await card.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await Expect(card.Locator(".worker[data-state=ready]")).ToHaveCountAsync(3);
        await Expect(Card(page, "other").Locator(".facts")).ToContainTextAsync("generation 1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Reload settings" }).ClickAsync();
        await page.Locator("dialog").GetByRole(AriaRole.Button, new() { Name = "Reload settings" }).ClickAsync();
        await Expect(Card(page, "other").Locator(".facts")).ToContainTextAsync("generation 2");
    }

    [Fact(Timeout = 120_000)]
    public async Task The_page_comes_back_to_a_front_door_that_was_started_anew_and_the_keyboard_filters()
    {
        var page = await OpenAsync(Site.Of(("shop", new { Command = TestApps.TestWorker() }), ("other", new { Command = TestApps.TestWorker() })), workers: 2);
        await Expect(page.Locator("#link")).ToHaveTextAsync("live");
        await Expect(page.Locator("#server")).ToContainTextAsync($"pid {_frontDoor!.Pid}");
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("sho");
        await Expect(Card(page, "other")).ToBeHiddenAsync();
        await Expect(Card(page, "shop")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(Card(page, "other")).ToBeVisibleAsync();

        await _frontDoor.DisposeAsync();
        await Expect(page.Locator("#link")).ToContainTextAsync("Start it with: proxygroups run");
        _frontDoor = await FrontDoorProcess.StartAsync(["run", "--urls", "http://127.0.0.1:0"], _frontDoor.ContentRoot);
        await Expect(page.Locator("#link")).ToHaveTextAsync("live");
        await Expect(page.Locator("#server")).ToContainTextAsync($"pid {_frontDoor.Pid}");
        await _frontDoor.WaitForReadyAsync(2);
        var pid = (await _frontDoor.PidsAsync("shop", Token))[0];
        Poll.Kill(pid);
        await Expect(page.Locator("#events")).ToContainTextAsync($"shop/0 pid {pid} exited");
    }

    [Fact(Timeout = 120_000)]
    public async Task Two_hundred_groups_are_shown_and_change_in_place()
    {
        var page = await OpenAsync(Site.Of(("shop", new { Command = TestApps.TestWorker() })), workers: 1);
        await page.RouteAsync("**/v1/status", static async route =>
        {
            var status = JsonNode.Parse(await (await route.FetchAsync()).TextAsync())!;
            status["groups"] = new JsonArray([.. Enumerable.Range(0, 200).Select(number => CopyOf(status["groups"]![0]!, number))]);
            await route.FulfillAsync(new() { ContentType = "application/json", Body = status.ToJsonString() });
        });
        await Expect(page.Locator(".group")).ToHaveCountAsync(200);
        await Expect(page.Locator(".worker")).ToHaveCountAsync(800);
        await page.EvaluateAsync("void (window.kept = [...document.querySelectorAll('.group, .worker, .lamps i')])");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/shop/hang");
        _ = _frontDoor!.Client.SendAsync(request, Token);
        await Expect(page.Locator(".lamps i.lit")).ToHaveCountAsync(800);
        Assert.True(await page.EvaluateAsync<bool>("window.kept.length === 4200 && window.kept.every((element) => element.isConnected)"));
        _frontDoor!.Signal("KILL");
    }

    [Theory(Timeout = 120_000)]
    [InlineData("desk", 1440, 1000)]
    [InlineData("phone", 390, 844)]
    public async Task At_each_width_and_in_both_themes_everybody_can_use_it(string name, int width, int height)
    {
        var site = Site.Of(
            ("weather", new { Directory = FrontDoorProcess.Sample("weather"), Wsgi = "app:app", Threads = 16, ApplicationGroup = "python" }),
            ("mandelbrot", new { Directory = FrontDoorProcess.Sample("mandelbrot"), Wsgi = "wsgi:application", Processes = 2, Threads = 1, ApplicationGroup = "python", Queue = new { MaxWait = "100s" } }),
            ("shop", new { Command = TestApps.TestWorker(), Processes = 3, Threads = 4, Queue = new { MaxWait = "100s" } }),
            ("checkout", new { Command = Failing }),
            ("mailer", new { Command = Background, Serves = false }),
            ("reports", new { Command = TestApps.TestWorker(), Processes = 0 }));
        site["ReverseProxy"]!["Routes"]!.AsObject().Remove("mailer");
        site["ProxyGroups"]!["ApplicationGroups"] = new JsonObject { ["python"] = new JsonObject { ["MaxProcesses"] = 8, ["MaxMemory"] = "2GiB" } };
        await StartAsync(site, workers: 7);
        var folder = Directory.CreateDirectory(Path.Combine(FrontDoorProcess.Root, "TestResults", "live-page"));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var load = Task.WhenAll([.. Enumerable.Range(0, 9).Select(_ => AskAsync("/weather/", end.Token)), .. Enumerable.Range(0, 20).Select(_ => AskAsync("/shop/sleep?ms=900", end.Token))]);
        using var killed = await _frontDoor!.Client.PostAsync("/shop/kill-self?secret", null, Token);
        var page = await OpenAsync(width, height);
        await Expect(page.Locator(".group")).ToHaveCountAsync(6);
        await Card(page, "shop").Locator("summary").ClickAsync();
        await Expect(Card(page, "shop").Locator(".failures li")).ToContainTextAsync("WorkerDied: POST /shop/kill-self, id ");
        await Expect(Card(page, "shop").Locator(".doing li").First).ToContainTextAsync("sleep · ");
        await Expect(Card(page, "shop").Locator(".usage")).ToContainTextAsync("slots used ");
        await Expect(Card(page, "shop").Locator(".bar.memory").First).ToBeVisibleAsync();
        await Expect(Card(page, "shop").Locator(".bar.cpu").First).ToBeVisibleAsync();
        await Expect(Card(page, "shop").Locator(".line.served")).ToContainTextAsync("95 % in ");
        await Expect(page.Locator("body")).Not.ToContainTextAsync("secret");
        await Expect(Card(page, "checkout").Locator(".trouble")).ToContainTextAsync("Generation 1 does not start");
        await Expect(Card(page, "shop").Locator(".dots i").First).ToBeVisibleAsync();
        await Expect(Card(page, "weather").Locator(".line.served")).ToContainTextAsync(AnyRequest());
        foreach (var theme in new[] { ColorScheme.Dark, ColorScheme.Light })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = theme, ReducedMotion = ReducedMotion.Reduce });
            await Browser.AssertAccessibleAsync(page);
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "The page is wider than the window.");
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder.FullName, $"{name}-{(theme == ColorScheme.Dark ? "dark" : "light")}.png") });
        }

        await Card(page, "shop").GetByRole(AriaRole.Button, new() { Name = "Restart" }).ClickAsync();
        await Browser.AssertAccessibleAsync(page);
        await end.CancelAsync();
        await load;
    }

    [GeneratedRegex("^[0-9.]*[1-9]")]
    private static partial Regex AnyRequest();

    private static ILocator Card(IPage page, string group) => page.Locator($"[data-group='{group}']");

    private static async Task GiveAsync(IPage page, ILocator card, string command)
    {
        await card.GetByRole(AriaRole.Button, new() { Name = command, Exact = true }).ClickAsync();
        await page.Locator("dialog").GetByRole(AriaRole.Button, new() { Name = command, Exact = true }).ClickAsync();
    }

    private static JsonNode CopyOf(JsonNode group, int number)
    {
        var copy = group.DeepClone();
        copy["name"] = $"shop-{number:000}";
        copy["workers"] = new JsonArray([.. Enumerable.Range(0, 4).Select(rank =>
        {
            var worker = group["workers"]![0]!.DeepClone();
            worker["pid"] = 100_000 + (number * 4) + rank;
            worker["rank"] = rank;
            return worker;
        })]);
        return copy;
    }

    private async Task AskAsync(string path, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            using var answer = await _frontDoor!.Client.GetAsync(path, CancellationToken.None);
        }
    }

    private async Task StartAsync(JsonObject site, int workers)
    {
        _frontDoor = await FrontDoorProcess.StartAsync(site);
        await _frontDoor.WaitForReadyAsync(workers);
    }

    private async Task<IPage> OpenAsync(JsonObject site, int workers)
    {
        await StartAsync(site, workers);
        return await OpenAsync(1280, 900);
    }

    private async Task<IPage> OpenAsync(int width, int height)
    {
        _top = await FrontDoorProcess.StartLivePageAsync(_frontDoor!.ContentRoot);
        return await _browser!.OpenAsync(_top.Address, width, height);
    }
}
