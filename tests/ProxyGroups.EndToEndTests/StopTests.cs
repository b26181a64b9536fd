using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>A stop waits for requests as long as it may, and for workers that do not want to go no longer.</summary>
public sealed class StopTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 90_000)]
    public async Task A_request_of_twenty_seconds_finishes()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("app", new { Directory = TestApps.Folder("trouble"), TestApps.Python })));
        var running = frontDoor.Client.GetStringAsync("/app/sleep?20", Token);
        await frontDoor.WaitForSlotsAsync("app", busy: 1, Token);
        var worker = Assert.Single(await frontDoor.PidsAsync("app", Token));
        frontDoor.Signal("TERM");
        Assert.Equal($"{worker}", await running);
        await frontDoor.Exited.WaitAsync(TimeSpan.FromSeconds(15), Token);
        Assert.Equal(0, frontDoor.ExitCode);
        Assert.False(Poll.IsAlive(worker));
    }

    /// <summary>How exact the bound is shows the experiment <c>stop</c>.</summary>
    [Theory(Timeout = 60_000)]
    [InlineData("sleep 600 & ")]
    [InlineData("setsid sleep 600 & ")]
    public async Task Workers_that_ignore_the_stop_signal_are_gone_after_Stop_with_all_that_they_started(string children)
    {
        var worker = string.Join(' ', TestApps.TestWorker("ignore-stop"));
        var group = new { Command = new[] { "sh", "-c", $"trap '' TERM INT HUP; {children}{children}{worker}; true" }, Processes = 2, Timeouts = new { Stop = "2s" } };
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("app", group)));
        await frontDoor.WaitForReadyAsync(2);
        var all = ProcessTree.Below(frontDoor.Pid);
        Assert.True(all.Count >= 8, $"{all.Count} processes");
        var start = TimeProvider.System.GetTimestamp();
        frontDoor.Signal("TERM");
        await frontDoor.Exited.WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.True(TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromSeconds(2));
        Assert.Equal(0, frontDoor.ExitCode);
        Assert.DoesNotContain(all, Poll.IsAlive);
        Assert.Equal(2, frontDoor.Log.Count(static line => line.Contains("is killed", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_step_before_the_first_worker_is_ended_politely_with_all_that_it_started()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        var step = new[] { "sh", "-c", "trap 'echo politely > ended; exit 1' TERM; setsid sleep 600 & sleep 600 & touch begun; wait" };
        await using var frontDoor = await FrontDoorProcess.StartAsync(
            Site.Of(("app", new { Directory = ".", Command = TestApps.TestWorker(), Restart = new { Before = new[] { step } } })), root);
        await Poll.UntilAsync(() => File.Exists(Path.Combine(root, "begun")), "the step", Token);
        var all = ProcessTree.Below(frontDoor.Pid);
        Assert.True(all.Count >= 3, $"{all.Count} processes");
        frontDoor.Signal("TERM");
        await frontDoor.Exited.WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.Equal(0, frontDoor.ExitCode);
        Assert.True(File.Exists(Path.Combine(root, "ended")));
        Assert.DoesNotContain(all, Poll.IsAlive);
    }
}
