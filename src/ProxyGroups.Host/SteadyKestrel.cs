using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace ProxyGroups.Host;

/// <summary>
/// Kestrel's section as it was when it last named endpoints. A settings file that is broken, emptied or gone for a moment has no
/// section at all, and Kestrel would stop to listen.
/// </summary>
internal sealed class SteadyKestrel : ConfigurationProvider
{
    private const string Endpoints = "Endpoints";

    private readonly IConfiguration _section;

    public SteadyKestrel(IConfiguration configuration)
    {
        _section = configuration.GetSection("Kestrel");
        Take();
        ChangeToken.OnChange(_section.GetReloadToken, Take);
    }

    private bool HasEndpoints => Data.Keys.Any(static key => key.StartsWith(Endpoints, StringComparison.OrdinalIgnoreCase));

    private void Take()
    {
        if (HasEndpoints && !_section.GetSection(Endpoints).GetChildren().Any())
        {
            return;
        }

        Data = _section.AsEnumerable(makePathsRelative: true).Where(static pair => pair.Value is not null).ToDictionary(StringComparer.OrdinalIgnoreCase);
        OnReload();
    }
}
