using System.Text;
using Microsoft.Extensions.Configuration;
using ProxyGroups.Configuration;
using Xunit;

namespace ProxyGroups.Tests.Configuration;

/// <summary>Configurations from JSON texts, one layer each, as files would give them.</summary>
internal static class Layers
{
    public static IConfigurationRoot Of(params string[] layers)
    {
        var builder = new ConfigurationBuilder();
        foreach (var layer in layers)
        {
            builder.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(layer)));
        }

        return builder.Build();
    }

    /// <summary>One group named shop with these members.</summary>
    public static string Shop(string members) => $$"""{ "ProxyGroups": { "ProcessGroups": { "shop": { {{members}} } } } }""";

    /// <summary>The group shop as read through all layers; there must be no error.</summary>
    public static ProcessGroupSettings ReadShop(params string[] layers) => Read(Of([.. layers.Select(Shop)])).ProcessGroups["shop"];

    public static ProxyGroupsSettings Read(IConfiguration configuration)
    {
        var (snapshot, errors) = SettingsLoader.Load(new() { Configuration = configuration });
        Assert.Empty(errors);
        return snapshot.Settings;
    }

    public static IReadOnlyList<SettingsError> Errors(IConfiguration configuration) =>
        SettingsLoader.Load(new() { Configuration = configuration }).Errors;
}
