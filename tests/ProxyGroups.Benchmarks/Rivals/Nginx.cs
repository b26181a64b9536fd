using ProxyGroups.Benchmarks.Comparisons;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>Debian's nginx on a port and with files of its own, one worker per core.</summary>
internal static class Nginx
{
    /// <param name="location">Directives of the only location; the app server listens on <paramref name="socket"/>.</param>
    public static async Task<RunningServer> StartAsync(string name, string folder, string socket, string location, RivalProcess appServer)
    {
        var port = FreePort.Find();
        var file = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(file, Configuration(folder, port, socket, location));
        return await RunningServer.WaitAsync(name, port, Path.Combine(folder, "error.log"), RivalProcess.Start("/usr/sbin/nginx", "-c", file, "-p", folder), appServer);
    }

    private static string Configuration(string folder, int port, string socket, string location) => $$"""
        daemon off;
        user www-data;
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
          upstream app { server unix:{{socket}}; keepalive 64; keepalive_requests 10000000; }
          server {
            listen 127.0.0.1:{{port}} backlog=4096;
            location / {
        {{location}}
            }
          }
        }

        """;
}
