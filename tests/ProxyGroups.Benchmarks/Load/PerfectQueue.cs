namespace ProxyGroups.Benchmarks.Load;

/// <summary>One first-come-first-served queue before k servers (G/G/k): what the best scheduler without knowledge of service times can do.</summary>
internal static class PerfectQueue
{
    /// <summary>The wait of each request.</summary>
    /// <param name="requests">In the order in which they come.</param>
    /// <param name="servers">k.</param>
    public static IEnumerable<TimeSpan> Waits(IEnumerable<(TimeSpan Comes, TimeSpan Service)> requests, int servers)
    {
        var free = new PriorityQueue<int, TimeSpan>(Enumerable.Range(0, servers).Select(static server => (server, TimeSpan.Zero)));
        foreach (var (comes, service) in requests)
        {
            free.TryDequeue(out var server, out var since);
            var start = since > comes ? since : comes;
            free.Enqueue(server, start + service);
            yield return start - comes;
        }
    }

    /// <summary>The wait of so many requests that come at random (M/G/k).</summary>
    public static IEnumerable<TimeSpan> Waits(double perSecond, IEnumerable<TimeSpan> services, int servers, int count) =>
        Waits(OpenLoop.DueTimes(perSecond).Zip(services).Take(count), servers);

    /// <summary>The wait that only one in a hundred requests exceeds where service times are exponential (M/M/k, by Erlang's C formula).</summary>
    /// <param name="load">Of the servers, below 1.</param>
    /// <param name="servers">k.</param>
    /// <param name="mean">Of the service times.</param>
    public static TimeSpan ErlangP99(double load, int servers, TimeSpan mean)
    {
        var offered = load * servers;
        var blocked = 1.0;
        for (var server = 1; server <= servers; server++)
        {
            blocked = offered * blocked / (server + (offered * blocked));
        }

        var waits = blocked / (1 - (load * (1 - blocked)));
        return waits <= 0.01 ? TimeSpan.Zero : mean * (Math.Log(waits / 0.01) / (servers * (1 - load)));
    }
}
