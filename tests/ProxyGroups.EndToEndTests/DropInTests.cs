using System.Net;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.EndToEndTests;

/// <summary>samples/DropIn: an ordinary ASP.NET Core app that adds process groups in four lines.</summary>
public sealed class DropInTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task The_sample_serves_its_own_endpoints_and_its_groups_behind_its_own_rate_limit()
    {
        await using var app = await FrontDoorProcess.StartSampleAsync("DropIn", "DropIn.dll");
        Assert.Contains("Drop-in", await app.Client.GetStringAsync("/", Token), StringComparison.Ordinal);
        Assert.Equal("Hello, Ann!", await app.Client.GetStringAsync("/hello?name=Ann", Token));
        Assert.Equal(HttpStatusCode.OK, (await app.Client.GetAsync("/weather/", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Client.GetAsync("/nothing", Token)).StatusCode);

        var answers = await Task.WhenAll(Enumerable.Range(0, 120).Select(_ => app.Client.GetAsync("/mandelbrot/", Token)));
        Assert.Contains(answers, static answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Contains(answers, static answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        // Of the sixty that the rate limiter lets pass at once, the group's own queue takes twenty.
        Assert.All(answers, static answer => Assert.True(
            answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable, $"{answer.StatusCode}"));

        app.Signal("TERM");
        await app.Exited.WaitAsync(TimeSpan.FromSeconds(20), Token);
        Assert.Equal(0, app.ExitCode);
    }
}
