using System.Net;

namespace ProxyGroups.Configuration;

/// <summary>The rules of an admin interface that can be reached by more than this machine's users.</summary>
internal static class AdminEndpointRules
{
    private const string WriteAUrl = "Write \"http://127.0.0.1:9443\", or \"https://\" with an address or name of this machine and a port.";

    public static void Check(ProxyGroupsSettings settings, Checks root)
    {
        var (endpoint, checks) = (settings.AdminEndpoint, root.Section("AdminEndpoint"));
        checks.Text("TokenFile", endpoint.TokenFile);
        if (endpoint.Url is null)
        {
            checks.Require(endpoint.TokenFile is null, "TokenFile", endpoint.TokenFile, "opens nothing, because Url is not set", "Write \"Url\", or remove it.");
            return;
        }

        var address = AddressOf(endpoint.Url);
        // Somebody may have written a password into it.
        checks.Require(address is not null, "Url", endpoint.Url.Contains('@', StringComparison.Ordinal) ? null : endpoint.Url, "is not scheme, host and port alone", WriteAUrl);
        checks.Require(address is null || IsOnLoopback(address) || address.Scheme == Uri.UriSchemeHttps, "Url", endpoint.Url, "would send the token unencrypted over the network",
            "Write \"https://\", with a certificate in Kestrel:Certificates:Default; or keep to \"http://127.0.0.1:...\" and reach it through an SSH tunnel (ssh -L).");
        checks.Require(endpoint.TokenFile is not null, "Url", endpoint.Url, "would let everybody in, because TokenFile is not set",
            "Make a token with \"(umask 077; openssl rand -hex 32 > admin.token)\", and write \"TokenFile\": \"admin.token\".");
        checks.Require(settings.Admin, "Url", endpoint.Url, "serves nothing, because Admin is false", "Write \"Admin\": true, or remove it.");
    }

    /// <summary>Null: not scheme, host and port alone.</summary>
    public static Uri? AddressOf(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
        && address is { PathAndQuery: "/", Fragment: "", UserInfo: "", Host.Length: > 0 } ? address : null;

    // Uri.IsLoopback knows names that the server takes for others, and then listens on all addresses.
    private static bool IsOnLoopback(Uri address) => address.Host == "localhost" || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
}
