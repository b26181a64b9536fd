namespace ProxyGroups.Proxying.Transport;

/// <summary>What names of header fields consist of (RFC 9110 5.6.2).</summary>
internal static class HttpToken
{
    /// <summary>Each tchar.</summary>
    public const string Characters = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
}
