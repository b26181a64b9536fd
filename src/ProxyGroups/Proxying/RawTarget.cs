using System.Globalization;
using System.Text;

namespace ProxyGroups.Proxying;

/// <summary>
/// Works on the path of a request target as the client wrote it, so that apps get every byte unchanged
/// (ASP.NET Core decodes paths, and encoding them again is lossy: <c>%2F</c> becomes <c>%252F</c>).
/// </summary>
internal static class RawTarget
{
    /// <summary>The path of an origin-form or absolute-form target (RFC 9112 section 3.2), without the query; null for other forms.</summary>
    public static string? PathOf(string target)
    {
        var start = 0;
        if (!target.StartsWith('/'))
        {
            var authority = target.IndexOf("://", StringComparison.Ordinal);
            if (authority < 0)
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
    /// Removes a decoded prefix from the front of a raw path; null where the raw path writes it in a way that cannot be cut
    /// (dot segments in it, or behind it climbing out of it).
    /// </summary>
    public static string? RemovePrefix(string path, string decodedPrefix)
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

    private static bool ClimbsOut(string path)
    {
        if (!path.Contains('.', StringComparison.Ordinal) && !path.Contains("%2e", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var depth = 0;
        foreach (var segment in path.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase).Split('/'))
        {
            depth += segment switch { ".." => -1, "." or "" => 0, _ => 1 };
            if (depth < 0)
            {
                return true;
            }
        }

        return false;
    }
}
