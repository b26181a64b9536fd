using System.Net;
using System.Text.Json;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>An app that does not stay: its group fails at once and slowly tries again, nobody else notices, and people learn why.</summary>
public sealed class CrashLoopTests
{
    private static readonly Dictionary<string, string> Development = new() { ["DOTNET_ENVIRONMENT"] = "Development" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_worker_that_dies_again_and_again_after_it_was_ready_makes_its_group_failing()
    {
        var looping = new { Command = TestApps.TestWorker("live=400") };
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("bad", looping), ("good", Trouble())), environment: Development);
        await frontDoor.WaitForReadyAsync();
        var good = await frontDoor.Client.GetStringAsync("/good/pid", Token);
        var closed = await frontDoor.WaitForLogAsync(static line => line.Contains("Group bad is failing", StringComparison.Ordinal));
        Assert.Contains("step Serve: it was ready and ended", closed, StringComparison.Ordinal);

        using var problem = await RefusedAsync(frontDoor, "/bad/", "application/json");
        var answer = JsonDocument.Parse(await problem.Content.ReadAsStringAsync(Token)).RootElement;
        Assert.Equal("Serve", answer.GetProperty("step").GetString());
        Assert.Contains("exit code 1", answer.GetProperty("cause").GetString(), StringComparison.Ordinal);
        Assert.Contains("the database is gone", answer.GetProperty("lastOutput").GetString(), StringComparison.Ordinal);
        Assert.NotEqual(0, answer.GetProperty("remedy").GetString()!.Length);
        Assert.Equal(good, await frontDoor.Client.GetStringAsync("/good/pid", Token));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_start_that_fails_is_explained_in_development_and_by_an_id_in_production(bool development)
    {
        var failing = new { Command = TestApps.TestWorker("say=<boom>", "exit-at-once=3") };
        await using var frontDoor = await FrontDoorProcess.StartAsync(Site.Of(("bad", failing)), environment: development ? Development : null);
        await frontDoor.WaitForLogAsync(static line => line.Contains("Group bad is failing", StringComparison.Ordinal));
        using var refused = await RefusedAsync(frontDoor, "/bad/", "text/html");
        var page = await refused.Content.ReadAsStringAsync(Token);
        foreach (var part in new[] { "HttpCheck", "exit code 3", "&lt;boom&gt;", "remedy" })
        {
            Assert.Equal(development, page.Contains(part, StringComparison.Ordinal));
        }

        var id = page[(page.LastIndexOf("&middot; ", StringComparison.Ordinal) + "&middot; ".Length)..].Split('<')[0];
        var line = await frontDoor.WaitForLogAsync(text => text.Contains(id, StringComparison.Ordinal));
        Assert.Contains("step HttpCheck: It exited before it was ready: exit code 3. Remedy:", line, StringComparison.Ordinal);
    }

    // Between two refusals the app may be up for a moment.
    private static async Task<HttpResponseMessage> RefusedAsync(FrontDoorProcess frontDoor, string path, string accept)
    {
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", accept } } };
            var answer = await frontDoor.Client.SendAsync(request, Token);
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                Assert.NotNull(answer.Headers.RetryAfter);
                return answer;
            }

            answer.Dispose();
            await Poll.PauseAsync(Token);
        }
    }

    private static object Trouble() => new { Directory = TestApps.Folder("trouble"), TestApps.Python };
}
