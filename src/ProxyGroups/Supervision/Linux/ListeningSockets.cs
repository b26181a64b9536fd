using System.Globalization;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// Where processes listen, by the kernel's tables (/proc/net/tcp and unix, proc_pid_net(5)) and the descriptors that the
/// processes hold. Tells a worker on the wrong port from one that does not listen, and whose listener a port is.
/// </summary>
internal static class ListeningSockets
{
    private const string TcpListening = "0A";
    private const int UnixAcceptsConnections = 0x10000;

    /// <summary>Null if we may not look at the processes' descriptors.</summary>
    public static IReadOnlyList<WorkerEndpoint>? Of(IEnumerable<ProcessStat> processes)
    {
        HashSet<string> held = new(StringComparer.Ordinal);
        try
        {
            held.UnionWith(processes.SelectMany(process => Held(process.Pid)));
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }

        return [.. Listening().Where(socket => held.Contains(socket.Inode)).Select(socket => socket.Endpoint).Distinct()];
    }

    private static IEnumerable<string> Held(int pid)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd")).Select(Inode).OfType<string>()];
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return [];
        }
    }

    private static string? Inode(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget is { } target && target.StartsWith("socket:[", StringComparison.Ordinal) ? target[8..^1] : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static IEnumerable<(string Inode, WorkerEndpoint Endpoint)> Listening() =>
        Rows("/proc/net/tcp").Concat(Rows("/proc/net/tcp6")).Where(row => row.Length > 9 && row[3] == TcpListening).Select(row => (row[9], new WorkerEndpoint { Port = Port(row[1]) }))
            .Concat(Rows("/proc/net/unix").Where(row => row.Length > 7 && (Hex(row[3]) & UnixAcceptsConnections) is not 0)
                .Where(row => !IsDiagnosticsPort(row[7])).Select(row => (row[6], new WorkerEndpoint { SocketPath = row[7] })));

    // Every .NET process listens there for its debugger; nobody meant it to serve.
    private static bool IsDiagnosticsPort(string path) => Path.GetFileName(path).StartsWith("dotnet-diagnostic-", StringComparison.Ordinal);

    private static IEnumerable<string[]> Rows(string table) =>
        File.Exists(table) ? File.ReadLines(table).Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)) : [];

    private static int Port(string address) => Hex(address[(address.LastIndexOf(':') + 1)..]);

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
