using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ProxyGroups.Host.Steering;

/// <summary>Who may see the page: the one browser that came first with the link. The link's token is exchanged once for a cookie.</summary>
internal sealed class PageSession
{
    public const string Closed = "This link was used already, or belongs to a page that has ended. Run proxygroups top --web for another one.";

    private const string CookieName = "proxygroups";

    private readonly string _token = CreateSecret();
    private readonly string _cookie = CreateSecret();
    private int _entries;

    /// <summary>Browsers send a cookie to every port of a host: below a path that nobody else has, no other server of this machine gets it.</summary>
    public string Path { get; } = $"/{CreateSecret()}/";

    /// <summary>Scheme, host and port of the page.</summary>
    public string Origin { get; set; } = string.Empty;

    public string Link => $"{Origin}{Path}?token={_token}";

    /// <summary>The cookie for the first one that brings the token; null: nobody enters with this request.</summary>
    public string? TryEnter(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Path == Path && IsSame(request.Query["token"], _token) && Interlocked.Increment(ref _entries) == 1
            ? $"{CookieName}={_cookie}; Path={Path}; HttpOnly; SameSite=Strict"
            : null;

    /// <param name="request">The request.</param>
    /// <param name="path">What it asks of the admin interface.</param>
    public bool IsOpenTo(HttpRequest request, out string path)
    {
        path = string.Empty;
        if (!request.Path.Value!.StartsWith(Path, StringComparison.Ordinal) || !IsSame(request.Cookies[CookieName], _cookie))
        {
            return false;
        }

        path = new PathString(request.Path.Value[(Path.Length - 1)..]).ToUriComponent() + request.QueryString;
        return true;
    }

    private static bool IsSame(string? given, string secret) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given ?? string.Empty), Encoding.UTF8.GetBytes(secret));

    private static string CreateSecret() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
