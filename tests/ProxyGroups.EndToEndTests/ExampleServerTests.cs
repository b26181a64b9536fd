using System.Net;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>The root appsettings.json is a real, running example server.</summary>
public sealed class ExampleServerTests
{
    [Fact(Timeout = 180_000)]
    public async Task Every_app_of_the_example_server_answers()
    {
        await using var frontDoor = await FrontDoorProcess.StartAsync(["run", "--urls", "http://127.0.0.1:0"], FrontDoorProcess.Root);
        await frontDoor.WaitForReadyAsync(workers: 8);
        foreach (var path in new[] { "/", "/mandelbrot/", "/weather/", "/guestbook/", "/clock/", "/notes/", "/upload/", "/.proxygroups/live", "/.proxygroups/ready" })
        {
            using var answer = await frontDoor.Client.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path} answered {answer.StatusCode}");
        }

        frontDoor.Signal("TERM");
        await frontDoor.Exited;
        Assert.Equal(0, frontDoor.ExitCode);
    }
}
