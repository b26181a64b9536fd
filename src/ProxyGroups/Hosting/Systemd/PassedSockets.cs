using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ProxyGroups.Hosting.Systemd;

/// <summary>The sockets of sd_listen_fds(3): descriptors from 3 on, named by LISTEN_FDNAMES.</summary>
internal sealed class PassedSockets(IReadOnlyList<PassedSocket> all)
{
    private const int First = 3;
    private const int SocketLevel = 1;
    private const int AcceptsConnections = 30;
    private const string Remedy = "Pass stream sockets that listen: ListenStream= with an address or an absolute path, and Accept=no.";

    public IReadOnlyList<PassedSocket> All { get; } = all;

    /// <exception cref="InvalidOperationException">One of them is no socket to take connections from.</exception>
    public static PassedSockets FromEnvironment()
    {
        if (!OperatingSystem.IsLinux() || Variable("LISTEN_PID") != Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
            || !int.TryParse(Variable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return new([]);
        }

        var names = Variable("LISTEN_FDNAMES")?.Split(':') ?? [];
        return new([.. Enumerable.Range(0, count).Select(index => Open(First + index, names.ElementAtOrDefault(index) ?? "unnamed"))]);
    }

    public PassedSocket? Find(EndPoint address) => All.FirstOrDefault(socket => ListenAddress.AreSame(socket.Address, address));

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    private static PassedSocket Open(int descriptor, string name)
    {
        try
        {
            // Not ours to close.
            var passed = new PassedSocket(descriptor, name, new Socket(new SafeSocketHandle(descriptor, ownsHandle: false)));
            return IsListening(passed.Socket) && ListenAddress.UrlOf(passed.Address) is not null
                ? passed
                : throw new InvalidOperationException($"The service manager passed {passed}, from which connections cannot be taken. {Remedy}");
        }
        catch (SocketException failure)
        {
            throw new InvalidOperationException($"The service manager passed descriptor {descriptor} ({name}), which is no socket: {failure.Message}. {Remedy}", failure);
        }
    }

    private static bool IsListening(Socket socket)
    {
        Span<byte> flag = stackalloc byte[sizeof(int)];
        socket.GetRawSocketOption(SocketLevel, AcceptsConnections, flag);
        return BitConverter.ToInt32(flag) != 0;
    }
}
