using System.Runtime.CompilerServices;

namespace ProxyGroups.EndToEndTests.Kit;

/// <summary>A test that runs into its timeout shows what its front doors said: the timeout itself tells nothing.</summary>
internal static class TimeoutReport
{
    [ModuleInitializer]
    internal static void Begin() => FrontDoorProcess.Created = static frontDoor =>
    {
        var test = TestContext.Current;
        test.CancellationToken.Register(() => test.TestOutputHelper?.WriteLine($"Front door {frontDoor.Pid}:\n{string.Join('\n', frontDoor.Log)}"));
    };
}
