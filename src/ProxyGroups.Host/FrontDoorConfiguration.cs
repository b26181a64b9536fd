using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;

namespace ProxyGroups.Host;

/// <summary>Arranges the layers of configuration: our defaults, the settings file, environment variables, the command line.</summary>
internal static class FrontDoorConfiguration
{
    private const string DefaultUrl = "http://127.0.0.1:8080";

    /// <summary>ASP.NET Core's own switch, <c>hostBuilder:reloadConfigOnChange</c>, as its variables of the environment have it.</summary>
    public static bool AreFilesWatched() => !bool.TryParse(
        new ConfigurationBuilder().AddEnvironmentVariables("ASPNETCORE_").AddEnvironmentVariables("DOTNET_").Build()["hostBuilder:reloadConfigOnChange"], out var areWatched) || areWatched;

    public static void Arrange(ConfigurationManager configuration, FrontDoorPlace place, bool areFilesWatched)
    {
        configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults });
        if (place.AppDirectory is not null)
        {
            ReplaceFiles(configuration, new MemoryConfigurationSource { InitialData = OneApp(place.AppDirectory) });
        }
        else if (place.SettingsFile is not null)
        {
            ReplaceFiles(configuration, place.ToLayer());
        }

        IndexedJsonSource.ReplaceIn(configuration.Sources, areFilesWatched);
        if (place.Urls is not null)
        {
            // Kestrel's own endpoints would win over plain addresses otherwise.
            configuration.AddInMemoryCollection([new("urls", place.Urls), new("preferHostingUrls", "true")]);
        }
    }

    /// <summary>Where nothing else says where to listen: neither the settings nor sockets that systemd passed.</summary>
    public static void AddDefaultAddress(ConfigurationManager configuration)
    {
        // The ports are those of ASPNETCORE_HTTP_PORTS and its kin, which container images set.
        if (!configuration.GetSection("Kestrel:Endpoints").GetChildren().Any() && (configuration["urls"] ?? configuration["http_ports"] ?? configuration["https_ports"]) is null)
        {
            configuration.AddInMemoryCollection([new("urls", DefaultUrl)]);
        }
    }

    // YARP and ASP.NET Core write lines per request at Information; Hosting.Diagnostics would make an Activity for each.
    private static Dictionary<string, string?> Defaults => new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "None",
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Warning",
        // A failed start is told by StartError, once and without a stack.
        ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "None",
        ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "Error",
        ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] = "Error",
        ["Logging:LogLevel:Yarp"] = "Warning",
        // Our own line says the same of a failed request, without a stack.
        ["Logging:LogLevel:Yarp.ReverseProxy.Forwarder.HttpForwarder"] = "Error",
        ["Logging:Console:FormatterName"] = "simple",
        ["Logging:Console:FormatterOptions:SingleLine"] = "true",
        ["Logging:Console:FormatterOptions:TimestampFormat"] = "HH:mm:ss.fff ",
    };

    private static Dictionary<string, string?> OneApp(string directory) => new()
    {
        ["ReverseProxy:Routes:app:ClusterId"] = "app",
        ["ReverseProxy:Routes:app:Match:Path"] = "/{**rest}",
        ["ProxyGroups:ProcessGroups:app:Directory"] = directory,
    };

    // The app's own appsettings.json is for the app; a named file stands in for ./appsettings.json.
    private static void ReplaceFiles(ConfigurationManager configuration, IConfigurationSource instead)
    {
        var files = configuration.Sources.OfType<JsonConfigurationSource>().ToList();
        var index = files.Count > 0 ? configuration.Sources.IndexOf(files[0]) : 1;
        files.ForEach(file => configuration.Sources.Remove(file));
        configuration.Sources.Insert(index, instead);
    }
}
