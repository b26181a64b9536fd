using System.Collections.Frozen;

namespace ProxyGroups.Proxying;

/// <summary>Header fields that concern one connection only and are not passed on: those of RFC 9110 7.6.1, and what YARP takes out besides.</summary>
internal static class HopByHop
{
    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Connection", "Transfer-Encoding", "Keep-Alive", "Upgrade", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization",
        "Proxy-Features", "Proxy-Instruction", "Security-Scheme", "ALPN", "Close", "HTTP2-Settings", "Upgrade-Insecure-Requests", "TE", "Alt-Svc");

    public static bool Contains(string name) => Names.Contains(name);
}
