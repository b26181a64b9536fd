using System.Globalization;
using System.Text;

namespace ProxyGroups.Proxying.Transport;

/// <summary>Bytes of a worker as they may stand in a log line: printable ASCII, the rest escaped, at most 100 bytes.</summary>
internal static class Printable
{
    private const int MaxBytes = 100;

    public static string Escape(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(MaxBytes + 16);
        foreach (var b in bytes[..Math.Min(MaxBytes, bytes.Length)])
        {
            Append(text, b);
        }

        return text.Append(bytes.Length > MaxBytes ? "..." : "").ToString();
    }

    private static void Append(StringBuilder text, byte b)
    {
        _ = b switch
        {
            (byte)'\r' => text.Append("\\r"),
            (byte)'\n' => text.Append("\\n"),
            (byte)'\\' => text.Append("\\\\"),
            >= 0x20 and < 0x7f => text.Append((char)b),
            _ => text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}"),
        };
    }
}
