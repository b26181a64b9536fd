using System.Text;

namespace ProxyGroups.Supervision;

/// <summary>
/// Reads a worker's output as UTF-8 whatever it is. .NET's own reader trusts a byte order mark: a worker whose first
/// bytes look like one would have all its output read as UTF-16.
/// </summary>
internal static class OutputReader
{
    public static StreamReader Of(StreamReader redirected) => Of(redirected.BaseStream);

    public static StreamReader Of(Stream pipe) => new(pipe, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
}
