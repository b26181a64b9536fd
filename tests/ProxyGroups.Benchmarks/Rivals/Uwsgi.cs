using ProxyGroups.Benchmarks.Comparisons;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>uWSGI behind nginx, by its own protocol.</summary>
internal sealed class Uwsgi : IRival
{
    public const string ShortName = "nginx + uWSGI";

    public string Name => ShortName;

    public IReadOnlyList<string> Packages => ["nginx-light", "uwsgi-core", "uwsgi-plugin-python3"];

    public string Describe() => $"{WebApp.Processes} x {WebApp.Threads}, Unix socket, uwsgi protocol, thunder-lock, no log of requests";

    public Task<RunningServer> StartAsync(WebApp app)
    {
        var folder = OpenFolder.Create("pg-uwsgi-");
        var socket = Path.Combine(folder, "app.sock");
        var server = RivalProcess.Start(
            "/usr/bin/uwsgi", "--plugin", "python3", "--master", "--processes", $"{WebApp.Processes}", "--threads", $"{WebApp.Threads}", "--enable-threads", "--thunder-lock",
            "--need-app", "--die-on-term", "--listen", "2048", "--chmod-socket=666", "--socket", socket,
            "--chdir", app.Folder, "--module", $"{app.Module}:application", "--disable-logging", "--logto", Path.Combine(folder, "uwsgi.log"));
        return Nginx.StartAsync(Name, folder, [socket], """
                  include /etc/nginx/uwsgi_params;
                  uwsgi_pass app;
            """, server);
    }
}
