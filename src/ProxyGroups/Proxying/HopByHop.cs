using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;

namespace ProxyGroups.Proxying;

/// <summary>Header fields that concern one connection only and are not passed on: those of RFC 9110 7.6.1, and what YARP takes out besides.</summary>
internal static class HopByHop
{
    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Connection", "Transfer-Encoding", "Keep-Alive", "Upgrade", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization",
        "Proxy-Features", "Proxy-Instruction", "Security-Scheme", "ALPN", "Close", "HTTP2-Settings", "Upgrade-Insecure-Requests", "TE", "Alt-Svc");

    public static bool Contains(string name) => Names.Contains(name);

    /// <summary>The names of fields that a message itself declares to concern this connection only (RFC 9110 7.6.1), in any case.</summary>
    /// <param name="connection">Its Connection fields.</param>
    public static IReadOnlySet<string> NamedBy(StringValues connection)
    {
        HashSet<string>? named = null;
        foreach (var value in connection)
        {
            foreach (var part in value.AsSpan().Split(','))
            {
                var option = value.AsSpan()[part].Trim(" \t");
                if (!option.IsEmpty && !IsOption(option))
                {
                    (named ??= new(StringComparer.OrdinalIgnoreCase)).Add(option.ToString());
                }
            }
        }

        return named ?? (IReadOnlySet<string>)FrozenSet<string>.Empty;
    }

    /// <summary>Connection options that name no field, or one that the transport handles itself.</summary>
    private static bool IsOption(ReadOnlySpan<char> option) =>
        option.Equals("keep-alive", StringComparison.OrdinalIgnoreCase) || option.Equals("close", StringComparison.OrdinalIgnoreCase)
        || option.Equals("Upgrade", StringComparison.OrdinalIgnoreCase);
}
