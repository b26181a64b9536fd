using System.Text;

namespace ProxyGroups.Supervision;

/// <summary>One datagram of the sd_notify(3) protocol: the lines that we understand; all others are ignored, as the protocol asks.</summary>
internal sealed record NotifyMessage(bool Ready, bool Stopping, bool Watchdog, string? Status)
{
    public static NotifyMessage Parse(ReadOnlySpan<byte> datagram)
    {
        var lines = Encoding.UTF8.GetString(datagram).Split('\n');
        return new(lines.Contains("READY=1"), lines.Contains("STOPPING=1"), lines.Contains("WATCHDOG=1"), StatusIn(lines));
    }

    private static string? StatusIn(string[] lines) =>
        Array.FindLast(lines, line => line.StartsWith("STATUS=", StringComparison.Ordinal))?["STATUS=".Length..];
}
