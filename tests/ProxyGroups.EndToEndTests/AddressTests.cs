using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>Where the front door listens when neither its settings nor its command line say so.</summary>
public sealed class AddressTests
{
    [Theory(Timeout = 60_000)]
    [InlineData("ASPNETCORE_HTTP_PORTS=8081", ":8081")]
    [InlineData("ASPNETCORE_URLS=http://127.0.0.1:8082", "127.0.0.1:8082")]
    [InlineData("ELSEWHERE=1", "127.0.0.1:8080")]
    public async Task Ports_of_the_environment_are_those_that_container_images_set(string variable, string address)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        var root = FrontDoorProcess.CreateContentRoot();
        await File.WriteAllTextAsync(Path.Combine(root, "appsettings.json"), Site.Of(("app", new { Command = TestApps.TestWorker(), Processes = 0 })).ToJsonString(), TestContext.Current.CancellationToken);
        // A network of its own, since such a port is open to everybody.
        await using var frontDoor = await FrontDoorProcess.StartThroughAsync(["unshare", "--net", "env", variable], ["run"], root);
        Assert.EndsWith(address, frontDoor.Address.Authority, StringComparison.Ordinal);
    }
}
