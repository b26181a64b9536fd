using System.Net;
using System.Text.Json.Nodes;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>A route's AuthorizationPolicy holds, though requests of other routes meet no authorization at all.</summary>
public sealed class PolicyTests
{
    // The ready server knows no way to tell who somebody is.
    [Theory(Timeout = 60_000)]
    [InlineData("default", HttpStatusCode.InternalServerError)]
    [InlineData("anonymous", HttpStatusCode.OK)]
    public async Task A_route_with_a_policy_is_for_whom_it_names(string policy, HttpStatusCode status)
    {
        var token = TestContext.Current.CancellationToken;
        var site = Site.Of(("app", new { Command = TestApps.TestWorker() }), ("other", new { Command = TestApps.TestWorker() }));
        site["ReverseProxy"]!["Routes"]!["app"]!["AuthorizationPolicy"] = JsonValue.Create(policy);
        await using var frontDoor = await FrontDoorProcess.StartAsync(site);
        await frontDoor.WaitForReadyAsync(2);
        using var answer = await frontDoor.Client.GetAsync("/app/pid", token);
        using var other = await frontDoor.Client.GetAsync("/other/pid", token);
        Assert.Equal((status, HttpStatusCode.OK), (answer.StatusCode, other.StatusCode));
    }
}
