using ProxyGroups.Benchmarks.Comparisons;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>gunicorn behind nginx.</summary>
internal sealed class Gunicorn : IRival
{
    public const string ShortName = "nginx + gunicorn";

    public string Name => ShortName;

    public IReadOnlyList<string> Packages => ["nginx-light", "gunicorn"];

    public string Describe() => $"gthread workers, {WebApp.Processes} x {WebApp.Threads}, Unix socket, kept connections";

    public Task<RunningServer> StartAsync(WebApp app)
    {
        var folder = OpenFolder.Create("pg-gunicorn-");
        var socket = Path.Combine(folder, "app.sock");
        var server = RivalProcess.Start(
            "/usr/bin/gunicorn", "--workers", $"{WebApp.Processes}", "--threads", $"{WebApp.Threads}", "--worker-class", "gthread", "--keep-alive", "75",
            "--worker-tmp-dir", "/dev/shm", "--bind", $"unix:{socket}", "--chdir", app.Folder, "--log-level", "error", $"{app.Module}:application");
        return Nginx.StartAsync(Name, folder, [socket], Nginx.Forwards, server);
    }
}
