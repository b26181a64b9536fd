namespace ProxyGroups.Benchmarks.Comparisons;

/// <summary>An upstream that costs next to nothing, so that what is measured is the front: one nginx process that returns a line.</summary>
internal static class CheapUpstream
{
    /// <summary>For a group's <c>Command</c>.</summary>
    public static async Task<string[]> CommandAsync()
    {
        var template = Path.Combine(OpenFolder.Create("pg-upstream-"), "nginx.conf");
        await File.WriteAllTextAsync(template, """
            daemon off;
            master_process off;
            pid SOCKET.pid;
            error_log stderr;
            events { worker_connections 4096; }
            http {
              access_log off;
              keepalive_requests 100000000;
              client_body_temp_path SOCKET.body;
              proxy_temp_path SOCKET.proxy;
              fastcgi_temp_path SOCKET.fastcgi;
              uwsgi_temp_path SOCKET.uwsgi;
              scgi_temp_path SOCKET.scgi;
              server {
                listen unix:SOCKET;
                default_type text/plain;
                return 200 "Hello, world!\n";
              }
            }

            """);
        return ["/bin/sh", "-c", $"sed 's|SOCKET|{{socket}}|' {template} > {{socket}}.conf && exec /usr/sbin/nginx -e stderr -c {{socket}}.conf"];
    }
}
