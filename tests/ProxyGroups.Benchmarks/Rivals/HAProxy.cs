using ProxyGroups.Benchmarks.Comparisons;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>Debian's HAProxy before Unix sockets, as its manual advises for app servers: <c>leastconn</c>, and <c>maxconn</c> with one queue for all.</summary>
internal static class HAProxy
{
    public const string Package = "haproxy";

    /// <param name="name">For errors.</param>
    /// <param name="sockets">One per worker.</param>
    /// <param name="threads">Requests that each may have at once; more wait here.</param>
    /// <param name="keepsConnections">Connections to the workers are kept and shared between clients.</param>
    public static async Task<RunningServer> StartAsync(string name, IReadOnlyList<string> sockets, int threads, bool keepsConnections)
    {
        var port = FreePort.Find();
        var file = Path.Combine(OpenFolder.Create("pg-haproxy-"), "haproxy.cfg");
        await File.WriteAllTextAsync(file, $"""
            global
              maxconn 4096
            defaults
              mode http
              timeout connect 5s
              timeout client 60s
              timeout server 60s
              timeout queue 60s
              {(keepsConnections ? "http-reuse always" : "option http-server-close")}
            frontend front
              bind 127.0.0.1:{port}
              option forwardfor
              http-request set-header X-Forwarded-Proto http
              default_backend app
            backend app
              balance leastconn
            {string.Join('\n', sockets.Select((socket, number) => $"  server worker{number} unix@{socket} maxconn {threads}"))}

            """);
        return await RunningServer.WaitAsync(name, port, null, RivalProcess.Start("/usr/sbin/haproxy", "-db", "-q", "-f", file));
    }
}
