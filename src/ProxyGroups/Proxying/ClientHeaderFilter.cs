using Yarp.ReverseProxy.Transforms;

namespace ProxyGroups.Proxying;

/// <summary>
/// The first transform of a request to a process group: takes out what a client may not say to an app, before the route's own transforms add theirs.
/// In CGI style <c>X_Forwarded_For</c> becomes the same variable as our <c>X-Forwarded-For</c>, servers on a Unix socket believe a header
/// <c>SCRIPT_NAME</c>, and <c>Proxy</c> becomes HTTP_PROXY (httpoxy).
/// </summary>
internal sealed class ClientHeaderFilter : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var headers = context.ProxyRequest.Headers;
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
        15 when Is(name, "X-Forwarded-Ssl") => true,
        16 when Is(name, "X-Forwarded-Port") => true,
        18 when Is(name, "X-Forwarded-Scheme") || Is(name, "X-Forwarded-Server") => true,
        20 when Is(name, "X-Forwarded-Protocol") => true,
        _ => name.Contains('_', StringComparison.Ordinal),
    };

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
