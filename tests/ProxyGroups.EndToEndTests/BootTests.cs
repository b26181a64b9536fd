using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>Workers of a machine that boot one after the other.</summary>
public sealed class BootTests
{
    private static readonly int Places = Math.Max(1, Environment.ProcessorCount / 2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 90_000)]
    public async Task The_heir_of_a_dead_worker_waits_for_no_app_that_hangs_in_its_boot()
    {
        var hanging = Enumerable.Range(0, Places + 1).Select(static number => (Name: $"hangs{number}", Group: Hanging())).ToList();
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of([("shop", new { Directory = TestApps.Folder("trouble"), TestApps.Python }), .. hanging]));
        var first = int.Parse(await frontDoor.Client.GetStringAsync("/shop/pid", Token), null);
        using var leave = new CancellationTokenSource();
        var waiting = hanging.Select(group => frontDoor.Client.GetAsync($"/{group.Name}/", leave.Token)).ToList();
        await Poll.UntilAsync(async () => await BootingAsync() == (Places, 1), "that one app waits for the others to boot", Token);

        Poll.Kill(first);
        await Poll.UntilAsync(() => !Poll.IsAlive(first), "the end of the worker", Token);
        Assert.NotEqual($"{first}", await frontDoor.Client.GetStringAsync("/shop/pid", Token));
        Assert.Equal((Places, 1), await BootingAsync());
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(waiting));

        // Hanging workers that have a process, and those that have none yet.
        async Task<(int Booting, int Waiting)> BootingAsync()
        {
            var groups = await Task.WhenAll(hanging.Select(group => frontDoor.GroupAsync(group.Name, Token)));
            var pids = groups.SelectMany(static group => group.GetProperty("workers").EnumerateArray()).Select(static worker => worker.GetProperty("pid").GetInt32()).ToList();
            return (pids.Count(static pid => pid != 0), pids.Count(static pid => pid == 0));
        }
    }

    private static object Hanging() => new { Command = new[] { "sleep", "1000" }, Processes = 0, MaxProcesses = 1 };
}
