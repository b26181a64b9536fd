using System.Text;

namespace ProxyGroups.Supervision;

/// <summary>
/// Reads a worker's output as UTF-8 whatever it is. .NET's own reader trusts a byte order mark: a worker whose first
/// bytes look like one would have all its output read as UTF-16.
/// </summary>
internal static class OutputReader
{
    /// <summary>Most characters that one read takes. Every worker that runs holds two such buffers, so they are small.</summary>
    public const int Decoded = 1024;

    public static StreamReader Of(StreamReader redirected) => Of(redirected.BaseStream);

    public static StreamReader Of(Stream pipe) => new(pipe, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, Decoded);
}
