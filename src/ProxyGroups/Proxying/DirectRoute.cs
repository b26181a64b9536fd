using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace ProxyGroups.Proxying;

/// <summary>
/// Whether a route changes nothing of what passes but what every process group changes, and perhaps a prefix of the path: then its requests need no
/// HttpRequestMessage for transforms to work on. Looked at with the first request, when all transforms are there.
/// </summary>
internal sealed class DirectRoute(TransformBuilderContext transforms)
{
    private readonly Lazy<bool> _isDirect = new(() => IsUnchanged(transforms));

    public bool IsDirect => _isDirect.Value;

    /// <summary>Taken from the front of the path; empty: nothing is.</summary>
    public PathString Prefix { get; } = PrefixOf(transforms);

    private static bool IsUnchanged(TransformBuilderContext transforms) =>
        transforms is { CopyRequestHeaders: not false, CopyResponseHeaders: not false, CopyResponseTrailers: not false }
        && transforms.ResponseTransforms.Count + transforms.ResponseTrailersTransforms.Count == 0
        && transforms.RequestTransforms.Where(static transform => transform is PathStringTransform).Count() == (PrefixOf(transforms).HasValue ? 1 : 0)
        && transforms.RequestTransforms.All(static transform =>
            transform is ClientHeaderFilter or RequestHeaderOriginalHostTransform or GroupRequestTransform or PathStringTransform);

    private static PathString PrefixOf(TransformBuilderContext transforms) =>
        transforms.Route.Transforms is [var only] && only.Count == 1 && only.TryGetValue("PathRemovePrefix", out var prefix) && prefix.Length > 0
            ? new PathString(prefix.StartsWith('/') ? prefix : "/" + prefix)
            : default;
}
