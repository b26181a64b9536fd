using ProxyGroups.Benchmarks.Comparisons;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>Debian's Caddy before Unix sockets.</summary>
internal static class Caddy
{
    public const string Package = "caddy";

    /// <param name="name">For errors.</param>
    /// <param name="sockets">One per worker.</param>
    public static async Task<RunningServer> StartAsync(string name, IReadOnlyList<string> sockets)
    {
        var port = FreePort.Find();
        var folder = OpenFolder.Create("pg-caddy-");
        var file = Path.Combine(folder, "Caddyfile");
        var log = Path.Combine(folder, "caddy.log");
        await File.WriteAllTextAsync(file, $$"""
            {
              admin off
              auto_https off
              storage file_system {{folder}}
              log {
                output file {{log}}
              }
            }
            http://:{{port}} {
              bind 127.0.0.1
              reverse_proxy {{string.Join(' ', sockets.Select(static socket => $"unix/{socket}"))}} {
                lb_policy least_conn
              }
            }

            """);
        return await RunningServer.WaitAsync(name, port, log, RivalProcess.Start("/usr/bin/env", $"XDG_CONFIG_HOME={folder}", "caddy", "run", "--adapter", "caddyfile", "--config", file));
    }
}
