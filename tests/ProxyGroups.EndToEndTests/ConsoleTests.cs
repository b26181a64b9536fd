using System.Globalization;
using System.Net;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>What the front door was started from goes away: the terminal, or the reader of its output.</summary>
public sealed class ConsoleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task When_the_terminal_is_gone_what_runs_finishes_and_nothing_stays_behind()
    {
        await using var frontDoor = await StartOnAsync("terminal");
        var pid = await PidAsync(frontDoor);
        var workers = ProcessTree.Below(pid);
        var file = Path.Combine(frontDoor.ContentRoot, "go-on");
        using var running = await frontDoor.Client.GetAsync("/app/until?" + file, HttpCompletionOption.ResponseHeadersRead, Token);
        frontDoor.Signal("USR1");
        await WaitUntilNobodyListensAsync(frontDoor);

        // A shell that ends may send both. The message that this one brings has no terminal to go to.
        Poll.Kill(pid, "TERM");
        await File.WriteAllTextAsync(file, string.Empty, Token);
        Assert.Equal("begun\nfinished\n", await running.Content.ReadAsStringAsync(Token));
        await frontDoor.Exited.WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.Equal(0, frontDoor.ExitCode);
        Assert.NotEmpty(workers);
        Assert.DoesNotContain(workers, Poll.IsAlive);
    }

    [Fact(Timeout = 60_000)]
    public async Task When_nobody_reads_its_output_any_more_it_serves_on_and_stops_as_ever()
    {
        await using var frontDoor = await StartOnAsync("pipe");
        var pid = await PidAsync(frontDoor);
        var workers = ProcessTree.Below(pid);
        frontDoor.Signal("USR1");
        for (var round = 0; round < 50; round++)
        {
            // Each answer comes with a line of the worker, and each failure with one of ours.
            Assert.Equal(HttpStatusCode.OK, (await frontDoor.Client.GetAsync("/app/say?hello", Token)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await frontDoor.Client.GetAsync("/nowhere", Token)).StatusCode);
        }

        Poll.Kill(int.Parse(await frontDoor.Client.GetStringAsync("/app/pid", Token), CultureInfo.InvariantCulture));
        Assert.Equal(HttpStatusCode.OK, (await frontDoor.Client.GetAsync("/app/pid", Token)).StatusCode);
        var file = Path.Combine(frontDoor.ContentRoot, "go-on");
        using var running = await frontDoor.Client.GetAsync("/app/until?" + file, HttpCompletionOption.ResponseHeadersRead, Token);
        Poll.Kill(pid, "TERM");
        await WaitUntilNobodyListensAsync(frontDoor);
        await File.WriteAllTextAsync(file, string.Empty, Token);
        Assert.Equal("begun\nfinished\n", await running.Content.ReadAsStringAsync(Token));
        await frontDoor.Exited.WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.Equal(0, frontDoor.ExitCode);
        Assert.DoesNotContain(workers, Poll.IsAlive);
    }

    private static async Task<FrontDoorProcess> StartOnAsync(string console)
    {
        var frontDoor = await FrontDoorProcess.StartThroughAsync(
            [TestApps.Python, TestApps.Folder("console.py"), console], Site.Of(("app", new { Directory = TestApps.Folder("trouble"), TestApps.Python })));
        using var answer = await frontDoor.Client.GetAsync("/app/pid", Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return frontDoor;
    }

    private static async Task<int> PidAsync(FrontDoorProcess frontDoor)
    {
        var line = await frontDoor.WaitForLogAsync(static line => line.StartsWith("console of ", StringComparison.Ordinal));
        return int.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture);
    }

    private static async Task WaitUntilNobodyListensAsync(FrontDoorProcess frontDoor)
    {
        try
        {
            while (true)
            {
                using var client = await RawClient.ConnectAsync(frontDoor.Address, Token);
                await Poll.PauseAsync(Token);
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            // It has begun to stop.
        }
    }
}
