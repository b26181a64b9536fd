namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>Apache with Passenger. Its free edition gives a Python process one request at a time, so it gets as many processes as the others have slots.</summary>
internal sealed class Passenger : IRival
{
    public const string ShortName = "Passenger";
    private const int Slots = WebApp.Processes * WebApp.Threads;

    public string Name => ShortName;

    public IReadOnlyList<string> Packages => ["apache2", "libapache2-mod-passenger", "passenger"];

    public string Describe() => $"Apache, mpm_event, {Slots} x 1 (threads of Python apps are not in its free edition), pool started beforehand";

    public async Task<RunningServer> StartAsync(WebApp app)
    {
        Directory.CreateDirectory(Path.Combine(app.Folder, "public"));
        var start = $"start_{app.Module}.py";
        await File.WriteAllTextAsync(Path.Combine(app.Folder, start), $"from {app.Module} import application\n");
        return await Apache.StartAsync(Name, $$"""
            LoadModule passenger_module /usr/lib/apache2/modules/mod_passenger.so
            PassengerRoot /usr/lib/ruby/vendor_ruby/phusion_passenger/locations.ini
            PassengerInstanceRegistryDir {folder}
            PassengerDisableSecurityUpdateCheck on
            PassengerMaxPoolSize {{Slots}}
            <VirtualHost *>
              DocumentRoot {{app.Folder}}/public
              PassengerAppRoot {{app.Folder}}
              PassengerAppType wsgi
              PassengerStartupFile {{start}}
              PassengerPython /usr/bin/python3
              PassengerUser www-data
              PassengerMaxRequestQueueSize 2000
              PassengerMinInstances {{Slots}}
              <Directory {{app.Folder}}/public>
                Require all granted
              </Directory>
            </VirtualHost>

            """);
    }
}
