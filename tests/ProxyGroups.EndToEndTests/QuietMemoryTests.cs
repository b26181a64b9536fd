using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>A front door that is quiet again gives back what a busy time took.</summary>
public sealed class QuietMemoryTests
{
    private const int Kilobytes = 1024;

    [Fact(Timeout = 120_000)]
    public async Task What_a_busy_time_took_is_given_back_once_it_is_quiet()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("app", new { Command = TestApps.TestWorker(), Processes = 0 })));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AskAsync(frontDoor, times: 400)));
        var busy = Resident.Kilobytes(frontDoor.Pid);
        await Poll.UntilAsync(() => Resident.Kilobytes(frontDoor.Pid) < busy - (4 * Kilobytes), "giving memory back", TestContext.Current.CancellationToken, seconds: 60);
    }

    private static async Task AskAsync(FrontDoorProcess frontDoor, int times)
    {
        for (var request = 0; request < times; request++)
        {
            await frontDoor.Client.GetStringAsync(Site.Overview, TestContext.Current.CancellationToken);
        }
    }
}
