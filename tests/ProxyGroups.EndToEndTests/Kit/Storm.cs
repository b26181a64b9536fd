using System.Net;

namespace ProxyGroups.EndToEndTests.Kit;

/// <summary>Requests of several methods in a stream, while something happens to the group they go to.</summary>
internal sealed class Storm : IAsyncDisposable
{
    private static readonly HttpMethod[] Methods = [HttpMethod.Get, HttpMethod.Post, HttpMethod.Get, HttpMethod.Delete];

    private readonly CancellationTokenSource _stop = new();
    private readonly Task<(int Good, int Failed)[]> _streams;

    private Storm(FrontDoorProcess frontDoor, string path, IEnumerable<HttpMethod> methods) =>
        _streams = Task.WhenAll(methods.Select(method => StreamAsync(frontDoor, method, path, _stop.Token)));

    public static Storm Begin(FrontDoorProcess frontDoor, string path) => new(frontDoor, path, Methods);

    /// <summary>Only such requests as may be sent again where a worker died.</summary>
    public static Storm OfSafe(FrontDoorProcess frontDoor, string path) => new(frontDoor, path, Enumerable.Repeat(HttpMethod.Get, Methods.Length));

    /// <summary>Ends it; no request has failed.</summary>
    public async Task AssertNothingFailedAsync()
    {
        await _stop.CancelAsync();
        Assert.All(await _streams, static stream => Assert.True(stream is { Failed: 0, Good: > 0 }, $"{stream}"));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _streams.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _stop.Dispose();
    }

    private static async Task<(int Good, int Failed)> StreamAsync(FrontDoorProcess frontDoor, HttpMethod method, string path, CancellationToken stop)
    {
        var (good, failed) = (0, 0);
        while (!stop.IsCancellationRequested)
        {
            using var request = new HttpRequestMessage(method, path) { Content = method == HttpMethod.Post ? new StringContent("order") : null };
            using var answer = await frontDoor.Client.SendAsync(request, CancellationToken.None);
            _ = answer.StatusCode == HttpStatusCode.OK ? good++ : failed++;
            await Poll.PauseAsync(CancellationToken.None);
        }

        return (good, failed);
    }
}
