using System.Net;
using System.Net.Sockets;

namespace ProxyGroups.Benchmarks.Comparisons;

/// <summary>Debian's Apache (mpm_event as it comes) with mod_wsgi in daemon mode, on a port and with files of its own.</summary>
internal static class ApacheServer
{
    public static async Task<(RivalProcess Process, Uri Address)> StartAsync(string application, int processes, int threads)
    {
        var folder = OpenFolder.Create("pg-apache-");
        var port = FreePort();
        var file = Path.Combine(folder, "httpd.conf");
        await File.WriteAllTextAsync(file, Configuration(folder, port, application, processes, threads));
        var apache = RivalProcess.Start("/usr/sbin/apache2", "-DFOREGROUND", "-f", file);
        var address = new Uri($"http://127.0.0.1:{port}/");
        try
        {
            await WaitAsync(address, folder);
            return (apache, address);
        }
        catch
        {
            await apache.DisposeAsync();
            throw;
        }
    }

    private static string Configuration(string folder, int port, string application, int processes, int threads) => $$"""
        ServerRoot {{folder}}
        ServerName localhost
        Listen 127.0.0.1:{{port}}
        PidFile {{folder}}/pid
        ErrorLog {{folder}}/error.log
        LogLevel warn
        Mutex file:{{folder}}
        LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
        LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
        LoadModule wsgi_module /usr/lib/apache2/modules/mod_wsgi.so
        StartServers 2
        MinSpareThreads 25
        MaxSpareThreads 75
        ThreadLimit 64
        ThreadsPerChild 25
        MaxRequestWorkers 150
        MaxConnectionsPerChild 0
        Timeout 300
        KeepAlive On
        MaxKeepAliveRequests 0
        KeepAliveTimeout 5
        User www-data
        Group www-data
        WSGISocketPrefix {{folder}}/wsgi
        WSGIRestrictEmbedded On
        WSGIDaemonProcess hello processes={{processes}} threads={{threads}}
        WSGIProcessGroup hello
        WSGIApplicationGroup %{GLOBAL}
        WSGIScriptAlias / {{application}}
        <Directory {{Path.GetDirectoryName(application)}}>
          Require all granted
        </Directory>
        """;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task WaitAsync(Uri address, string folder)
    {
        using var client = new HttpClient();
        for (var attempt = 0; attempt < 100; attempt++)
        {
            try
            {
                if ((await client.GetAsync(address)).IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        throw new InvalidOperationException($"Apache does not answer:\n{await File.ReadAllTextAsync(Path.Combine(folder, "error.log"))}");
    }
}
