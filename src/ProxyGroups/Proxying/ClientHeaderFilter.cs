using Yarp.ReverseProxy.Transforms;

namespace ProxyGroups.Proxying;

/// <summary>
/// The first transform of a request to a process group: takes out what a client may not say to an app, before the route's own transforms add theirs.
/// In CGI style <c>X_Forwarded_For</c> becomes the same variable as our <c>X-Forwarded-For</c>, servers on a Unix socket believe a header
/// <c>SCRIPT_NAME</c>, and <c>Proxy</c> becomes HTTP_PROXY (httpoxy). Some apps believe <c>X-Real-IP</c> or <c>Forwarded</c> (RFC 7239) who the client is, and
/// <c>X-Original-URL</c> what was asked for.
/// </summary>
internal sealed class ClientHeaderFilter : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var headers = context.ProxyRequest.Headers;
        foreach (var name in HopByHop.NamedBy(context.HttpContext.Request.Headers.Connection))
        {
            Remove(context.ProxyRequest, name);
        }

        List<string>? unwanted = null;
        foreach (var (name, _) in headers.NonValidated)
        {
            if (IsUnwanted(name))
            {
                (unwanted ??= []).Add(name);
            }
        }

        unwanted?.ForEach(name => headers.Remove(name));
        return ValueTask.CompletedTask;
    }

    internal static bool IsUnwanted(string name) => name.Length switch
    {
        5 when Is(name, "Proxy") => true,
        9 when Is(name, "Forwarded") || Is(name, "X-Real-IP") => true,
        11 when Is(name, "X-Client-IP") => true,
        13 when Is(name, "X-Rewrite-URL") => true,
        14 when Is(name, "X-Original-URL") => true,
        15 when Is(name, "X-Forwarded-Ssl") => true,
        16 when Is(name, "X-Forwarded-Port") => true,
        18 when Is(name, "X-Forwarded-Scheme") || Is(name, "X-Forwarded-Server") => true,
        20 when Is(name, "X-Forwarded-Protocol") => true,
        _ => name.Contains('_', StringComparison.Ordinal),
    };

    // Of the fields of a body its length alone stays: it says where the body ends.
    private static void Remove(HttpRequestMessage request, string name)
    {
        if (request.Headers.NonValidated.Contains(name))
        {
            request.Headers.Remove(name);
        }
        else if (!Is(name, "Content-Length") && request.Content?.Headers is { } content && content.NonValidated.Contains(name))
        {
            content.Remove(name);
        }
    }

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
