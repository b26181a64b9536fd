namespace ProxyGroups.Benchmarks.Load;

/// <summary>Requests that come when they come, however the earlier ones fare: exponential gaps from a fixed seed.</summary>
internal static class OpenLoop
{
    private const int Seed = 20261123;
    private static readonly TimeProvider Time = TimeProvider.System;

    /// <summary>Returns when all are answered.</summary>
    public static async Task<IReadOnlyList<Sample>> RunAsync(double perSecond, TimeSpan duration, Func<int, Task<Answer>> send) =>
        await Task.WhenAll(await StartAsync(perSecond, duration, send));

    /// <summary>Goes on until something else has ended. Returns when all are answered.</summary>
    public static async Task<IReadOnlyList<Sample>> RunUntilAsync(double perSecond, Task end, Func<int, Task<Answer>> send) =>
        await Task.WhenAll(await StartAsync(DueTimes(perSecond).TakeWhile(_ => !end.IsCompleted), send));

    /// <summary>Returns when all are sent.</summary>
    public static Task<IReadOnlyList<Task<Sample>>> StartAsync(double perSecond, TimeSpan duration, Func<int, Task<Answer>> send) =>
        StartAsync(DueTimes(perSecond).TakeWhile(due => due < duration), send);

    private static async Task<IReadOnlyList<Task<Sample>>> StartAsync(IEnumerable<TimeSpan> dueTimes, Func<int, Task<Answer>> send)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(1), Time);
        var requests = new List<Task<Sample>>();
        var start = Time.GetTimestamp();
        foreach (var due in dueTimes)
        {
            while (Time.GetElapsedTime(start) < due)
            {
                await tick.WaitForNextTickAsync();
            }

            requests.Add(SendAsync(send, requests.Count, due, start));
        }

        return requests;
    }

    private static async Task<Sample> SendAsync(Func<int, Task<Answer>> send, int number, TimeSpan due, long start)
    {
        var lag = Time.GetElapsedTime(start) - due;
        var answer = await send(number);
        return new Sample(due, Time.GetElapsedTime(start) - due, lag, answer);
    }

    /// <summary>When requests come; endless.</summary>
    public static IEnumerable<TimeSpan> DueTimes(double perSecond)
    {
#pragma warning disable CA5394 // Nothing to guess here.
        var random = new Random(Seed);
        for (var due = TimeSpan.Zero; ; due += TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / perSecond))
        {
            yield return due;
        }
#pragma warning restore CA5394
    }
}
