using ProxyGroups.Benchmarks.Comparisons;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>Debian's Apache (mpm_event, its own sizes but for room for 1,024 connections), on a port and with files of its own.</summary>
internal static class Apache
{
    public static async Task<RunningServer> StartAsync(string name, string directives)
    {
        var folder = OpenFolder.Create("pg-apache-");
        var port = FreePort.Find();
        var file = Path.Combine(folder, "httpd.conf");
        await File.WriteAllTextAsync(file, Common(folder, port) + directives.Replace("{folder}", folder, StringComparison.Ordinal));
        var apache = RivalProcess.Start("/usr/sbin/apache2", "-DFOREGROUND", "-f", file);
        return await RunningServer.WaitAsync(name, port, Path.Combine(folder, "error.log"), apache);
    }

    private static string Common(string folder, int port) => $"""
        ServerRoot {folder}
        ServerName localhost
        Listen 127.0.0.1:{port}
        PidFile {folder}/pid
        ErrorLog {folder}/error.log
        LogLevel warn
        Mutex file:{folder}
        LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
        LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
        StartServers 2
        MinSpareThreads 25
        MaxSpareThreads 75
        ThreadLimit 64
        ThreadsPerChild 25
        ServerLimit 16
        MaxRequestWorkers 400
        AsyncRequestWorkerFactor 4
        MaxConnectionsPerChild 0
        Timeout 300
        KeepAlive On
        MaxKeepAliveRequests 0
        KeepAliveTimeout 5
        User www-data
        Group www-data

        """;
}
