namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>Apache with mod_wsgi in daemon mode.</summary>
internal sealed class ModWsgi : IRival
{
    public const string ShortName = "mod_wsgi";

    public string Name => ShortName;

    public IReadOnlyList<string> Packages => ["apache2", "libapache2-mod-wsgi-py3"];

    public string Describe() => $"Apache, mpm_event, daemon mode, {WebApp.Processes} x {WebApp.Threads}, application group %{{GLOBAL}}";

    public Task<RunningServer> StartAsync(WebApp app) => Apache.StartAsync(Name, $$"""
        LoadModule wsgi_module /usr/lib/apache2/modules/mod_wsgi.so
        WSGISocketPrefix {folder}/wsgi
        WSGIRestrictEmbedded On
        WSGIDaemonProcess app processes={{app.Shape.Processes}} threads={{app.Shape.Threads}} python-path={{app.Folder}}
        WSGIProcessGroup app
        WSGIApplicationGroup %{GLOBAL}
        WSGIScriptAlias / {{app.Folder}}/{{app.Module}}.py
        <Directory {{app.Folder}}>
          Require all granted
        </Directory>

        """);
}
