using System.Net;

namespace ProxyGroups.Benchmarks.Load;

/// <summary>The same open-loop load on several servers in turn, in another order each round, so that the machine's moods meet all alike.</summary>
internal static class Turns
{
    /// <summary>The samples of all rounds, one list per server.</summary>
    /// <param name="servers">In the order of the answer.</param>
    /// <param name="rounds">How often each has its turn.</param>
    /// <param name="perSecond">Requests.</param>
    /// <param name="turn">Length of one.</param>
    /// <param name="request">By its number within the turn.</param>
    public static async Task<IReadOnlyList<List<Sample>>> RunAsync(IReadOnlyList<IPEndPoint> servers, int rounds, double perSecond, TimeSpan turn, Func<int, ReadOnlyMemory<byte>> request)
    {
        var samples = servers.Select(static _ => new List<Sample>()).ToList();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var server in Enumerable.Range(0, servers.Count).Select(place => (place + round) % servers.Count))
            {
                using var clients = new Clients(servers[server]);
                samples[server].AddRange(await OpenLoop.RunAsync(perSecond, turn, number => clients.SendAsync(request(number))));
            }
        }

        return samples;
    }
}
