using System.Net;
using Microsoft.Extensions.Configuration;
using ProxyGroups.Configuration;

namespace ProxyGroups.Host;

/// <summary>The section <c>FrontDoor</c>: what only the ready server has.</summary>
internal sealed record FrontDoorSettings
{
    private static readonly string[] Keys = ["TrustedProxies", "Live", "Ready"];

    /// <summary>Proxies whose X-Forwarded-* are believed: addresses or networks. Default: none, so those headers are ours alone.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Path that answers 200 as long as the front door runs; "off": nowhere. Default <c>/.proxygroups/live</c>.</summary>
    public string? Live { get; init; } = "/.proxygroups/live";

    /// <summary>Path that answers 200 when every process group has a ready worker, else 503. Default <c>/.proxygroups/ready</c>.</summary>
    public string? Ready { get; init; } = "/.proxygroups/ready";

    /// <exception cref="SettingsException">Something in the section is wrong.</exception>
    public static FrontDoorSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection("FrontDoor");
        var errors = section.GetChildren()
            .Where(static child => !Keys.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            .Select(static child => new SettingsError(child.Path, child.Value, "is not a setting", $"known here: {string.Join(", ", Keys)}"))
            .ToList();
        var settings = new FrontDoorSettings();
        settings = settings with
        {
            TrustedProxies = section.GetSection("TrustedProxies").GetChildren().Select(child => ReadNetwork(child, errors)).ToList(),
            Live = ReadPath(section.GetSection("Live"), settings.Live, errors),
            Ready = ReadPath(section.GetSection("Ready"), settings.Ready, errors),
        };
        return errors.Count == 0 ? settings : throw new SettingsException(errors);
    }

    private static IPNetwork ReadNetwork(IConfigurationSection child, List<SettingsError> errors)
    {
        var text = child.Value ?? string.Empty;
        if (IPNetwork.TryParse(text, out var network))
        {
            return network;
        }

        if (IPAddress.TryParse(text, out var address))
        {
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        errors.Add(new SettingsError(child.Path, text, "is neither an address nor a network", "write 10.0.0.7 or 10.0.0.0/8 (the bits behind the prefix zero)"));
        return default;
    }

    private static string? ReadPath(IConfigurationSection child, string? unset, List<SettingsError> errors)
    {
        if (child.Value is null or "off")
        {
            return child.Value is null ? unset : null;
        }

        if (!child.Value.StartsWith('/'))
        {
            errors.Add(new SettingsError(child.Path, child.Value, "is not a path", "begin it with /, or write off"));
        }

        return child.Value;
    }
}
