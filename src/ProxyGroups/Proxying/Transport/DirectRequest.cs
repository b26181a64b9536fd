using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ProxyGroups.Proxying.Transport;

/// <summary>A request without a body that goes to its worker as it came, but for the fields that are ours.</summary>
internal readonly record struct DirectRequest : IOutgoingRequest
{
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(HttpToken.Characters);

    private readonly HttpRequest _request;
    private readonly IReadOnlyCollection<string> _traceFields;
    private readonly IReadOnlySet<string> _hopByHop;

    private DirectRequest(HttpRequest request, string path, string prefix)
    {
        (_request, Path) = (request, path);
        _hopByHop = HopByHop.NamedBy(request.Headers.Connection);
        Added = new(6)
        {
            (ForwardedFields.For, ForwardedFields.AddressOf(request)),
            (ForwardedFields.Proto, request.Scheme),
        };
        Add(ForwardedFields.Host, ForwardedFields.HostOf(request));
        Add(ForwardedFields.Prefix, ForwardedFields.PrefixOf(prefix));
        if (!request.Headers.ContainsKey(ForwardedFields.RequestId) || _hopByHop.Contains(ForwardedFields.RequestId))
        {
            Add(ForwardedFields.RequestId, request.HttpContext.TraceIdentifier);
        }

        _traceFields = Activity.Current is { } current ? TraceContext.Pass(current, Added, static (added, name, value) => added.Add((name, value))) : [];
    }

    public bool IsHead => Method == HttpMethods.Head;

    public string Method => _request.Method;

    /// <summary>As the client wrote it, without what is taken from its front.</summary>
    public string Path { get; }

    /// <summary>With its question mark; empty: none.</summary>
    public string Query => _request.QueryString.Value ?? string.Empty;

    public string Host => ForwardedFields.HostOf(_request) is { Length: > 0 } host ? host : "worker";

    /// <summary>The client's header fields; those that <see cref="Passes"/> are sent.</summary>
    public IHeaderDictionary Headers => _request.Headers;

    /// <summary>Our own header fields.</summary>
    public List<(string Name, string Value)> Added { get; }

    /// <summary>
    /// False where only YARP's way knows what to do: a target in another form than a path (RFC 9112 3.2), one that a middleware has rewritten, or one that does
    /// not begin with the prefix.
    /// </summary>
    public static bool TryCreate(HttpContext context, DirectRoute route, out DirectRequest direct)
    {
        direct = default;
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (string.IsNullOrEmpty(target) || target[0] != '/' || target.AsSpan().ContainsAny('#', '\\') || HttpMethods.IsConnect(context.Request.Method))
        {
            return false;
        }

        var prefix = PrefixOf(context.Request, route);
        var path = RawTarget.PathOf(context.Request);
        if (path is not null && prefix.Length > 0)
        {
            path = RawTarget.RemovePrefix(path, prefix);
        }

        direct = path is null ? default : new DirectRequest(context.Request, path, prefix);
        return path is not null;
    }

    /// <summary>Whether a header field of the client is sent as it is. One whose name is no token (RFC 9110 5.1) is not: line breaks in it, which Kestrel lets HTTP/2 clients send, would begin a request of their own.</summary>
    public bool Passes(string name) =>
        !name.AsSpan().ContainsAnyExcept(TokenCharacters) && !HopByHop.Contains(name) && !ClientHeaderFilter.IsUnwanted(name) && !ForwardedFields.IsOurs(name)
        && !_hopByHop.Contains(name) && (_traceFields.Count == 0 || !_traceFields.Contains(name, StringComparer.OrdinalIgnoreCase));

    public RequestHead WriteHead(bool close, ref byte[] buffer) => RequestHeadWriter.Write(this, close, ref buffer);

    private static string PrefixOf(HttpRequest request, DirectRoute route)
    {
        var outer = request.PathBase.Value ?? string.Empty;
        return route.Prefix.HasValue && request.Path.StartsWithSegments(route.Prefix, out var rest)
            ? outer + request.Path.Value![..^(rest.Value ?? string.Empty).Length]
            : outer;
    }

    private void Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            Added.Add((name, value));
        }
    }
}
