using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using ProxyGroups.Configuration;

namespace ProxyGroups.Host;

/// <summary>The section <c>FrontDoor</c>: what only the ready server has.</summary>
internal sealed record FrontDoorSettings
{
    private static readonly string[] Keys = ["TrustedProxies", "Live", "Ready", "Metrics", "MetricsFrom", "Meters", "SocketLoops"];

    /// <summary>Proxies whose X-Forwarded-* are believed: addresses or networks. Default: none, so those headers are ours alone.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Path that answers 200 as long as the front door runs; "off": nowhere. Default <c>/.proxygroups/live</c>.</summary>
    public string? Live { get; init; } = "/.proxygroups/live";

    /// <summary>Path that answers 200 when every process group has a ready worker, else 503. Default <c>/.proxygroups/ready</c>.</summary>
    public string? Ready { get; init; } = "/.proxygroups/ready";

    /// <summary>Path of the metrics as Prometheus reads them. Default: nowhere.</summary>
    public string? Metrics { get; init; }

    /// <summary>Addresses or networks that may read them. Default: this machine.</summary>
    public IReadOnlyList<IPNetwork> MetricsFrom { get; init; } = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    /// <summary>
    /// Names of meters that are collected beside those of ProxyGroups, Kestrel and the runtime; <c>*</c> stands for any characters. Default: none. ASP.NET Core's own
    /// (<c>Microsoft.AspNetCore.Hosting</c>) costs each request more than all of ours.
    /// </summary>
    public IReadOnlyList<string> Meters { get; init; } = [];

    /// <summary>Whether requests run on the threads that wait for the sockets; false: on .NET's thread pool. Default true.</summary>
    public bool SocketLoops { get; init; } = true;

    /// <summary>Whoever comes through a proxy that is not trusted may be anybody, though the proxy is of this machine.</summary>
    public bool MayReadMetrics(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address
        && context.Request.Headers is { } headers && !headers.ContainsKey("X-Forwarded-For") && !headers.ContainsKey("Forwarded")
        && MetricsFrom.Any(network => network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));

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
            Metrics = ReadPath(section.GetSection("Metrics"), null, errors),
            MetricsFrom = section.GetSection("MetricsFrom").Exists() ? section.GetSection("MetricsFrom").GetChildren().Select(child => ReadNetwork(child, errors)).ToList() : settings.MetricsFrom,
            Meters = section.GetSection("Meters").GetChildren().Select(child => ReadName(child, errors)).ToList(),
            SocketLoops = ReadSwitch(section.GetSection("SocketLoops"), settings.SocketLoops, errors),
        };
        if (settings.Metrics is null && section.GetSection("MetricsFrom").Exists() && errors.Count == 0)
        {
            errors.Add(new SettingsError("FrontDoor:MetricsFrom", null, "lets nobody in, because Metrics names no path", "Write \"Metrics\": \"/metrics\", or remove it."));
        }

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

    private static string ReadName(IConfigurationSection child, List<SettingsError> errors)
    {
        if (string.IsNullOrWhiteSpace(child.Value))
        {
            errors.Add(new SettingsError(child.Path, child.Value, "is not the name of a meter", "write one as \"Microsoft.AspNetCore.Hosting\""));
        }

        return child.Value ?? string.Empty;
    }

    private static bool ReadSwitch(IConfigurationSection child, bool unset, List<SettingsError> errors)
    {
        if (child.Value is not null && !bool.TryParse(child.Value, out unset))
        {
            errors.Add(new SettingsError(child.Path, child.Value, "is not a switch", "write true or false"));
        }

        return unset;
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
