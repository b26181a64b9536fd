using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Transforms;

namespace ProxyGroups.Proxying;

/// <summary>
/// The last transform of a request to a process group: the target as the client wrote it, its Host, and the forwarded header fields.
/// </summary>
internal sealed class GroupRequestTransform(bool removesPrefix) : RequestTransform
{
    private const string Worker = "http://worker";
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var request = context.HttpContext.Request;
        var method = context.ProxyRequest.Method.Method;
        if (request.Method != method && request.Method.Equals(method, StringComparison.OrdinalIgnoreCase))
        {
            // YARP writes known methods in capitals; "head" is another method than HEAD (RFC 9110 9.1), with a body in its answer. That it makes a GET of a
            // WebSocket's extended CONNECT is right.
            context.ProxyRequest.Method = new HttpMethod(request.Method);
        }

        var prefix = request.PathBase.Value ?? string.Empty;
        if (context.ProxyRequest.RequestUri is null)
        {
            SetTarget(context, request, ref prefix);
        }

        SetHeaders(context, request, prefix);
        return ValueTask.CompletedTask;
    }

    private void SetTarget(RequestTransformContext context, HttpRequest request, ref string prefix)
    {
        var original = request.Path.Value ?? string.Empty;
        var wanted = context.Path.Value ?? string.Empty;
        if (!ReferenceEquals(original, wanted) && removesPrefix && original.EndsWith(wanted, StringComparison.Ordinal))
        {
            prefix += original[..^wanted.Length];
        }
        else if (original != wanted)
        {
            return;
        }

        var raw = RawTarget.PathOf(request);
        if (raw is not null && prefix.Length > 0)
        {
            raw = RawTarget.RemovePrefix(raw, prefix);
        }

        if (raw is not null && Uri.TryCreate(Worker + raw + context.Query.QueryString.Value, in AsWritten, out var uri))
        {
            context.ProxyRequest.RequestUri = uri;
        }
    }

    private static void SetHeaders(RequestTransformContext context, HttpRequest request, string prefix)
    {
        var headers = context.ProxyRequest.Headers;
        Set(context, ForwardedFields.For, ForwardedFields.AddressOf(request));
        Set(context, ForwardedFields.Proto, request.Scheme);
        Set(context, ForwardedFields.Host, ForwardedFields.HostOf(request));
        Set(context, ForwardedFields.Prefix, ForwardedFields.PrefixOf(prefix));
        if (!headers.NonValidated.Contains(ForwardedFields.RequestId))
        {
            headers.TryAddWithoutValidation(ForwardedFields.RequestId, request.HttpContext.TraceIdentifier);
        }

        TraceContext.Pass(headers);
    }

    private static void Set(RequestTransformContext context, string name, string? value)
    {
        context.ProxyRequest.Headers.Remove(name);
        if (!string.IsNullOrEmpty(value))
        {
            context.ProxyRequest.Headers.TryAddWithoutValidation(name, value);
        }
    }
}
