using ProxyGroups.Benchmarks.Comparisons;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>Debian's nginx on a port and with files of its own, one worker per core.</summary>
internal static class Nginx
{
    /// <summary>For a location that forwards by HTTP over kept connections.</summary>
    public const string Forwards = """
              proxy_pass http://app;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_set_header Host $http_host;
              proxy_set_header X-Forwarded-For $remote_addr;
              proxy_set_header X-Forwarded-Proto $scheme;
        """;

    /// <param name="name">For errors.</param>
    /// <param name="folder">For its files.</param>
    /// <param name="sockets">Where the app servers listen.</param>
    /// <param name="location">Directives of the only location.</param>
    /// <param name="appServers">They end with it.</param>
    public static async Task<RunningServer> StartAsync(string name, string folder, IReadOnlyList<string> sockets, string location, params IReadOnlyList<RivalProcess> appServers)
    {
        var port = FreePort.Find();
        var file = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(file, Configuration(folder, port, sockets, location));
        return await RunningServer.WaitAsync(name, port, Path.Combine(folder, "error.log"), [RivalProcess.Start("/usr/sbin/nginx", "-c", file, "-p", folder), .. appServers]);
    }

    private static string Configuration(string folder, int port, IReadOnlyList<string> sockets, string location) => $$"""
        daemon off;
        user {{(Environment.IsPrivilegedProcess ? "root" : Environment.UserName)}};
        worker_processes auto;
        worker_rlimit_nofile 8192;
        pid {{folder}}/pid;
        error_log {{folder}}/error.log;
        events { worker_connections 4096; }
        http {
          access_log off;
          keepalive_requests 10000000;
          client_max_body_size 100m;
          client_body_temp_path {{folder}}/body;
          proxy_temp_path {{folder}}/proxy;
          fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi;
          scgi_temp_path {{folder}}/scgi;
          upstream app { {{string.Concat(sockets.Select(static socket => $"server unix:{socket}; "))}}keepalive 64; keepalive_requests 10000000; }
          server {
            listen 127.0.0.1:{{port}} backlog=4096;
            location / {
        {{location}}
            }
          }
        }

        """;
}
