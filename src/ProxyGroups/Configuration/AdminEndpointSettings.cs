namespace ProxyGroups.Configuration;

/// <summary>The admin interface on an address, for whoever holds a token. Off unless Url is set.</summary>
public sealed record AdminEndpointSettings
{
    /// <summary>
    /// Serves what the admin socket serves on this address too, to whoever sends the token of TokenFile (Authorization: Bearer TOKEN), and that is everything:
    /// the token is worth as much as the front door's own user. Beyond this machine only https is allowed, with the certificate of Kestrel:Certificates:Default. Requests
    /// must name the host as it stands here, localhost, or an IP address. Needs Linux.
    /// </summary>
    /// <value>"http://" or "https://", host and port, such as "http://127.0.0.1:9443"; a name listens on all addresses. Default not set: nowhere.</value>
    public string? Url { get; init; }

    /// <summary>
    /// File that holds the token and nothing else, such as one made by "(umask 077; openssl rand -hex 32 > admin.token)". It must belong to root or the front door's user, and be readable
    /// for its owner alone (mode 0600). It is read anew at each reload; connections that were let in with the old token end.
    /// </summary>
    /// <value>Path; relative ones start at the content root. 32 to 4,096 visible ASCII characters. Default not set.</value>
    public string? TokenFile { get; init; }
}
