using Microsoft.AspNetCore.Http;

namespace ProxyGroups.Proxying;

/// <summary>
/// The forwarded header fields, which are ours alone (behind trusted proxies ASP.NET Core's forwarded-headers middleware has put the true client
/// into the connection).
/// </summary>
internal static class ForwardedFields
{
    public const string For = "X-Forwarded-For";
    public const string Proto = "X-Forwarded-Proto";
    public const string Host = "X-Forwarded-Host";
    public const string Prefix = "X-Forwarded-Prefix";
    public const string RequestId = "X-Request-Id";

    public static string AddressOf(HttpRequest request) => request.HttpContext.Connection.RemoteIpAddress switch
    {
        null => "unknown",
        { IsIPv4MappedToIPv6: true } address => address.MapToIPv4().ToString(),
        var address => address.ToString(),
    };

    /// <summary>As the client wrote it: <see cref="HttpRequest.Host"/> decodes international names. Empty: not said.</summary>
    public static string HostOf(HttpRequest request) => request.Headers.Host.ToString();

    /// <summary>A client's own is replaced. X-Request-Id is not among them: a client may name its request.</summary>
    public static bool IsOurs(string name) => name.Length switch
    {
        15 => Is(name, For),
        16 => Is(name, Host),
        17 => Is(name, Proto),
        18 => Is(name, Prefix),
        _ => false,
    };

    /// <summary>What was taken from the front of the path; null: nothing.</summary>
    public static string? PrefixOf(string decoded) => decoded.Length > 0 ? new PathString(decoded).ToUriComponent() : null;

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
