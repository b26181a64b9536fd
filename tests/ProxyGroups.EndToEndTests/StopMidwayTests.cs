using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>A stop that comes while something else is under way waits for none of it: exit code 0, in bounded time, and nobody is left.</summary>
public sealed class StopMidwayTests
{
    // Neither serves nor ends; what it started has a session of its own. The name that is its first argument tells that it began.
    private const string Stuck = "setsid sleep 600 & sleep 600 & touch \"$0\"; wait";

    // Serves, unless the file "stuck" is there.
    private const string StuckOnceAsked = "if [ -e stuck ]; then setsid sleep 600 & sleep 600 & touch begun; wait; fi; exec \"$0\" \"$@\"";

    private readonly string _root = FrontDoorProcess.CreateContentRoot();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData("")]
    [InlineData("trap '' TERM; ")]
    public async Task While_workers_boot(string trap)
    {
        var group = new { Directory = ".", Command = new[] { "sh", "-c", trap + Stuck, "begun" }, Processes = 3, Timeouts = new { Stop = "1s" } };
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("app", group), ("other", group)), _root);
        await StopAsync(frontDoor);
    }

    [Fact(Timeout = 120_000)]
    public async Task While_an_app_is_built()
    {
        await File.WriteAllTextAsync(Path.Combine(_root, "app.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <Target Name="Stuck" BeforeTargets="CoreCompile"><Exec Command="setsid sleep 600 &amp; touch begun; sleep 600" /></Target>
            </Project>
            """, Token);
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("app", new { Directory = ".", DotNet = "app.csproj", Timeouts = new { Stop = "1s" } })), _root);
        await StopAsync(frontDoor);
    }

    [Fact(Timeout = 60_000)]
    public async Task While_a_new_generation_takes_over()
    {
        await using var frontDoor = await StartServingAsync();
        await File.WriteAllTextAsync(Path.Combine(_root, "stuck"), "", Token);
        frontDoor.Signal("HUP");
        await StopAsync(frontDoor);
    }

    [Fact(Timeout = 60_000)]
    public async Task While_changed_settings_are_taken_over()
    {
        await using var frontDoor = await StartServingAsync();
        await File.WriteAllTextAsync(Path.Combine(_root, "begun"), "", Token);
        await File.WriteAllTextAsync(frontDoor.SettingsPath, Settings(7).ToJsonString(), Token);
        frontDoor.Signal("HUP");
        await StopAsync(frontDoor);
    }

    private async Task<FrontDoorProcess> StartServingAsync()
    {
        var frontDoor = await FrontDoorProcess.StartAsync(Settings(3), _root);
        await frontDoor.WaitForReadyAsync(3);
        return frontDoor;
    }

    private static JsonObject Settings(int processes)
    {
        var command = new[] { "sh", "-c", StuckOnceAsked }.Concat(TestApps.TestWorker());
        return Site.Of(("app", new { Directory = ".", Command = command, Processes = processes, Timeouts = new { Stop = "1s" } }));
    }

    // As soon as what is under way has begun.
    private async Task StopAsync(FrontDoorProcess frontDoor)
    {
        await Poll.UntilAsync(() => File.Exists(Path.Combine(_root, "begun")), "it", Token, seconds: 60);
        var all = ProcessTree.Below(frontDoor.Pid);
        Assert.True(all.Count >= 3, $"{all.Count} processes");
        frontDoor.Signal("TERM");
        // Far below the startup timeout, the drain timeout and the sleeps.
        await frontDoor.Exited.WaitAsync(TimeSpan.FromSeconds(20), Token);
        Assert.Equal(0, frontDoor.ExitCode);
        Assert.DoesNotContain(all, Poll.IsAlive);
    }
}
