using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ProxyGroups.Proxying;

/// <summary>
/// Works on the path of a request target as the client wrote it, so that apps get every byte unchanged
/// (ASP.NET Core decodes paths, and encoding them again is lossy: <c>%2F</c> becomes <c>%252F</c>).
/// </summary>
internal static class RawTarget
{
    /// <summary>The path of a request as the client wrote it; null where a middleware has rewritten it since, and where <see cref="PathOf(string)"/> finds none.</summary>
    public static string? PathOf(HttpRequest request)
    {
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget;
        return !string.IsNullOrEmpty(target) && PathOf(target) is { } path && IsStill(target, path, request) ? path : null;
    }

    /// <summary>
    /// The path of an origin-form or absolute-form target (RFC 9112 section 3.2), without the query; null for other forms, and for absolute
    /// ones with characters that <see cref="Uri"/>, by which Kestrel has found the route, reads otherwise: the app must not see another path.
    /// </summary>
    public static string? PathOf(string target)
    {
        var start = 0;
        if (!target.StartsWith('/'))
        {
            var authority = target.IndexOf("://", StringComparison.Ordinal);
            if (authority < 0 || target.AsSpan().ContainsAny('#', '\\'))
            {
                return null;
            }

            start = target.IndexOfAny(['/', '?'], authority + 3);
            if (start < 0 || target[start] == '?')
            {
                return "/";
            }
        }

        var end = target.IndexOf('?', start);
        return end < 0 ? target[start..] : target[start..end];
    }

    /// <summary>
    /// Removes a decoded prefix from the front of a raw path; null where the path does not begin with it. What is behind the prefix stays as it was
    /// written, but for a path whose dot segments reach into the prefix: there they are resolved first, as Kestrel has done to find the route.
    /// </summary>
    public static string? RemovePrefix(string path, string decodedPrefix) =>
        CutPrefix(path, decodedPrefix) ?? (MayHaveDots(path) ? CutPrefix(ResolveDots(path), decodedPrefix) : null);

    private static bool IsStill(string target, string path, HttpRequest request)
    {
        var (prefix, rest) = (request.PathBase.Value ?? string.Empty, request.Path.Value ?? string.Empty);
        return IsJoined(path, prefix, rest) || IsJoined(Decode(target, path), prefix, rest);
    }

    private static bool IsJoined(string path, string prefix, string rest) =>
        path.Length == prefix.Length + rest.Length && path.StartsWith(prefix, StringComparison.Ordinal) && path.EndsWith(rest, StringComparison.Ordinal);

    // As Kestrel has done to find the route: absolute targets by Uri, the others like this.
    private static string Decode(string target, string path) =>
        target.StartsWith('/') ? PathString.FromUriComponent(MayHaveDots(path) ? ResolveDots(path) : path).Value ?? string.Empty
        : Uri.TryCreate(target, UriKind.Absolute, out var uri) ? uri.LocalPath : path;

    private static string? CutPrefix(string path, string decodedPrefix)
    {
        var index = 0;
        foreach (var rune in decodedPrefix.EnumerateRunes())
        {
            index = Consume(path, index, rune);
            if (index < 0)
            {
                return null;
            }
        }

        var rest = path[index..];
        return ClimbsOut(rest) ? null : rest.StartsWith('/') ? rest : "/" + rest;
    }

    private static int Consume(string path, int index, Rune rune)
    {
        Span<byte> bytes = stackalloc byte[4];
        var count = rune.EncodeToUtf8(bytes);
        if (count == 1 && index < path.Length && path[index] == (char)bytes[0] && path[index] != '%')
        {
            return index + 1;
        }

        foreach (var value in bytes[..count])
        {
            if (index + 2 >= path.Length || path[index] != '%'
                || !byte.TryParse(path.AsSpan(index + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var parsed)
                || parsed != value)
            {
                return -1;
            }

            index += 3;
        }

        return index;
    }

    // RFC 3986 section 5.2.4: an empty segment counts as one.
    private static bool ClimbsOut(string path)
    {
        if (!MayHaveDots(path))
        {
            return false;
        }

        var depth = 0;
        foreach (var segment in Segments(path))
        {
            depth += Plain(segment) switch { ".." => -1, "." => 0, _ => 1 };
            if (depth < 0)
            {
                return true;
            }
        }

        return false;
    }

    private static string ResolveDots(string path)
    {
        var kept = new List<string>();
        var endsInDots = false;
        foreach (var segment in Segments(path))
        {
            endsInDots = Plain(segment) is "." or "..";
            if (!endsInDots)
            {
                kept.Add(segment);
            }
            else if (Plain(segment) == ".." && kept.Count > 0)
            {
                kept.RemoveAt(kept.Count - 1);
            }
        }

        return "/" + string.Join('/', endsInDots ? kept.Append(string.Empty) : kept);
    }

    private static IEnumerable<string> Segments(string path) => path.Split('/').Skip(1);

    private static string Plain(string segment) => segment.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase);

    private static bool MayHaveDots(string path) => path.Contains('.', StringComparison.Ordinal) || path.Contains("%2e", StringComparison.OrdinalIgnoreCase);
}
