using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary><c>proxygroups explain</c>: by the settings alone, and of a front door that runs.</summary>
public sealed class ExplainTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Each_knob_is_said_with_its_worth_and_what_binds_is_named_as_it_changes()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        var app = new { Command = TestApps.TestWorker(), Threads = 2 };
        await File.WriteAllTextAsync(Path.Combine(root, "appsettings.json"), Site.Of(("app", app), ("other", app)).ToJsonString(), Token);
        var (code, text) = await FrontDoorProcess.RunToEndAsync(["explain"], root);
        Assert.True(code == 0, text);
        Assert.StartsWith("app\n  Processes = 1: 1 worker always\n  Threads = 2: each worker handles 2 requests at once\n  Queue:Limit = 20, Queue:MaxWait = 5s: ", text, StringComparison.Ordinal);
        Assert.Contains("\n\nother\n", text, StringComparison.Ordinal);
        Assert.Contains("binds now: Nobody knows: no front door runs", text, StringComparison.Ordinal);
        Assert.Equal((1, "There is no process group ap. There are: app, other."), await FrontDoorProcess.RunToEndAsync(["explain", "ap"], root));

        await using var frontDoor = await FrontDoorProcess.StartAsync(["run", "--urls", "http://127.0.0.1:0"], root);
        await frontDoor.WaitForReadyAsync(workers: 2);
        (code, text) = await FrontDoorProcess.RunToEndAsync(["explain", "app"], root);
        Assert.True(code == 0, text);
        Assert.DoesNotContain("other", text, StringComparison.Ordinal);
        Assert.Matches(@"costs: 1 worker of now: [1-9]\d* MiB that would come free", text);
        Assert.Contains("binds now: Nothing: 2 of 2 slots are free", text, StringComparison.Ordinal);
        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(Token))
        {
            var busy = Enumerable.Range(0, 3).Select(_ => frontDoor.Client.GetAsync("/app/sleep?ms=8000", patience.Token)).ToList();
            await frontDoor.WaitForSlotsAsync("app", busy: 2, Token, queued: 1);
            var (_, json) = await FrontDoorProcess.RunToEndAsync(["explain", "app", "--json"], root);
            Assert.Contains("all 2 slots are busy, 1 wait", json, StringComparison.Ordinal);
            await patience.CancelAsync();
            await Task.WhenAll(busy).ContinueWith(static _ => { }, Token, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        Assert.Equal((1, "There is no process group ap. Did you mean app?"), await FrontDoorProcess.RunToEndAsync(["explain", "ap"], root));
        await FrontDoorProcess.RunToEndAsync(["pause", "other"], root);
        Assert.Contains("turn: proxygroups resume other", (await FrontDoorProcess.RunToEndAsync(["explain", "other"], root)).Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_worker_that_computes_is_not_taken_for_one_that_waits()
    {
        const string App = """
            import time
            def app(environ, start_response):
                end = time.monotonic() + 20
                while environ['PATH_INFO'] == '/compute' and time.monotonic() < end:
                    pass
                time.sleep(max(0, end - time.monotonic()))
                start_response('200 OK', [])
                return []
            """;
        var root = FrontDoorProcess.CreateContentRoot();
        await File.WriteAllTextAsync(Path.Combine(root, "app.py"), App, Token);
        var group = new { Wsgi = "app:app", Threads = 1, Directory = "." };
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("computes", group), ("waits", group)).ToJsonString(), root);
        await frontDoor.WaitForReadyAsync(workers: 2);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task[] busy = [frontDoor.Client.GetAsync("/computes/compute", patience.Token), frontDoor.Client.GetAsync("/waits/", patience.Token)];
        await frontDoor.WaitForSlotsAsync("computes", busy: 1, Token);
        await frontDoor.WaitForSlotsAsync("waits", busy: 1, Token);

        // Beside other tests the machine itself may be what is short, and that is said of both.
        var computes = (await FrontDoorProcess.RunToEndAsync(["explain", "computes"], root)).Output;
        Assert.Matches("binds now: CPU( of its workers)?: all 1 slots are busy", computes);
        var waits = (await FrontDoorProcess.RunToEndAsync(["explain", "waits"], root)).Output;
        Assert.Matches(@"binds now: (Slots: all 1 slots are busy, nobody waits, while its workers compute 0\.\d cores|CPU: all 1 slots are busy, nobody waits, and \d+ % of all cores)", waits);
        await patience.CancelAsync();
        await Task.WhenAll(busy).ContinueWith(static _ => { }, Token, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    [Fact(Timeout = 60_000)]
    public async Task Wrong_settings_are_told_as_check_tells_them()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        await File.WriteAllTextAsync(Path.Combine(root, "appsettings.json"), Site.Of(("app", new { Threads = 0 })).ToJsonString(), Token);
        var (code, text) = await FrontDoorProcess.RunToEndAsync(["explain"], root);
        Assert.Equal(1, code);
        Assert.Contains("app:Threads", text, StringComparison.Ordinal);
    }
}
