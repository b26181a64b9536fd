using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace ProxyGroups.Host.Steering;

/// <summary>Server-sent events of a front door, over and over: a connection that was cut off begins anew where it was.</summary>
internal static class FollowedEvents
{
    // A front door that is about to end may answer once more.
    private static readonly TimeSpan BeforeAnotherTry = TimeSpan.FromMilliseconds(200);

    /// <param name="path">Path to ask, by the newest id that was seen; null: none yet.</param>
    /// <exception cref="SteeringException">Nobody answers any more, or the caller may not.</exception>
    public static async IAsyncEnumerable<SseItem<string>> ReadAsync(FrontDoorClient client, Func<string?, string> path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? newest = null;
        while (true)
        {
            using (var stream = await client.FollowAsync(path(newest), cancellationToken))
            {
                await using var events = SseParser.Create(stream).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
                while (await IsMoreAsync(events))
                {
                    newest = events.Current.EventId ?? newest;
                    yield return events.Current;
                }
            }

            await Task.Delay(BeforeAnotherTry, TimeProvider.System, cancellationToken);
        }
    }

    private static async Task<bool> IsMoreAsync(IAsyncEnumerator<SseItem<string>> events)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            // Cut off; what is missing comes with the next try.
            return false;
        }
    }
}
