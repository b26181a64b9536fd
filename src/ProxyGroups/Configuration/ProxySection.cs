using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;

namespace ProxyGroups.Configuration;

/// <summary>Routes and clusters of the section <c>ReverseProxy</c>.</summary>
internal sealed record ProxySection(IReadOnlyList<RouteConfig> Routes, IReadOnlyList<ClusterConfig> Clusters)
{
    public const string Section = "ReverseProxy";

    /// <summary>
    /// Parsed by YARP itself. Its parser is internal (dotnet/yarp#2924), so it is borrowed from a container that lives
    /// for this one reading: with it go the parser's reload tokens.
    /// </summary>
    public static ProxySection Read(IConfiguration configuration, List<SettingsError> errors)
    {
        var services = new ServiceCollection();
        services.AddLogging().AddReverseProxy().LoadFromConfig(configuration.GetSection(Section));
        using var container = services.BuildServiceProvider();
        try
        {
            var parsed = container.GetRequiredService<IProxyConfigProvider>().GetConfig();
            return new([.. parsed.Routes.Select(ShowBodyLimit)], parsed.Clusters);
        }
        // Whatever a bad value makes YARP's parser throw (FormatException, ArgumentException, ...) is a settings error.
        catch (Exception exception)
        {
            errors.Add(new(Section, null, $"cannot be read by YARP: {exception.Message.TrimEnd('.')}", "Correct the value; see YARP's documentation of this section."));
            return new([], []);
        }
    }

    /// <summary>
    /// YARP 2.3.0 leaves MaxRequestBodySize out of a route's equality, so a reload of that value alone would do nothing
    /// (fixed on its main, aa4e6955). Metadata is compared.
    /// </summary>
    internal static RouteConfig ShowBodyLimit(RouteConfig route) => route.MaxRequestBodySize is not { } limit ? route : route with
    {
        Metadata = new Dictionary<string, string>(route.Metadata ?? new Dictionary<string, string>())
        {
            ["ProxyGroups.MaxRequestBodySize"] = limit.ToString(System.Globalization.CultureInfo.InvariantCulture),
        },
    };
}
