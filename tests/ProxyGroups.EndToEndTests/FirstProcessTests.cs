using System.Globalization;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>The front door as the first process of a container: the kernel gives it every orphan, and no signal that it has not asked for.</summary>
public sealed class FirstProcessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 90_000)]
    public async Task Pid_1_reaps_orphans_and_a_SIGTERM_stops_it_and_its_workers_politely()
    {
        var root = FrontDoorProcess.CreateContentRoot();
        var site = Site.Of(("app", new { Directory = TestApps.Folder("orphans"), TestApps.Python, Processes = 2 }));
        await File.WriteAllTextAsync(Path.Combine(root, "appsettings.json"), site.ToJsonString(), Token);
        string[] owner = Environment.IsPrivilegedProcess ? [] : ["--user", "--map-current-user"];
        string[] wrapper = ["unshare", .. owner, "--pid", "--fork", "--mount-proc", "--kill-child"];
        await using var frontDoor = await FrontDoorProcess.StartThroughAsync(wrapper, ["run", "--urls", "http://127.0.0.1:0"], root);
        await frontDoor.WaitForReadyAsync(2);
        var first = Assert.Single(ProcessTree.ChildrenOf(frontDoor.Pid));
        var workers = ProcessTree.ChildrenOf(first);
        Assert.Equal(2, workers.Count);

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => frontDoor.Client.GetStringAsync("/app/?8", Token)));
        await Poll.UntilAsync(() => ProcessTree.ChildrenOf(first).SequenceEqual(workers), "the end of the last orphan", Token);

        Poll.Kill(first, "TERM");
        await frontDoor.Exited.WaitAsync(TimeSpan.FromSeconds(20), Token);
        Assert.Equal(0, frontDoor.ExitCode);
        Assert.DoesNotContain(workers, ProcessTree.IsAlive);
        Assert.DoesNotContain(frontDoor.Log, static line => line.Contains("is killed", StringComparison.Ordinal));
    }
}
