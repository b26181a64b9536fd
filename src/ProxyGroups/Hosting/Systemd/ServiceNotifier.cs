using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ProxyGroups.Hosting.Systemd;

/// <summary>Tells the service manager how we are: datagrams to its socket (sd_notify(3)). Any thread may call it.</summary>
internal sealed class ServiceNotifier(string socket)
{
    private readonly UnixDomainSocketEndPoint _address = new(socket.StartsWith('@') ? '\0' + socket[1..] : socket);

    /// <summary>Null: nobody who listens has started us.</summary>
    public static ServiceNotifier? FromEnvironment() =>
        Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is ['/' or '@', _, ..] socket ? new(socket) : null;

    public void Ready(string status) => Send("READY=1", Status(status));

    /// <summary>Not ready yet, and alive: the manager's patience begins anew and lasts so long.</summary>
    public void Progress(string status, TimeSpan patience) => Send(Status(status), Extend(patience));

    public void Say(string status) => Send(Status(status));

    /// <summary>Type=notify-reload asks for the monotonic time; .NET's timestamp is that clock.</summary>
    public void Reloading(TimeProvider time) => Send(
        "RELOADING=1",
        string.Create(CultureInfo.InvariantCulture, $"MONOTONIC_USEC={time.GetElapsedTime(0).Ticks / TimeSpan.TicksPerMicrosecond}"),
        Status("Reloading"));

    public void Stopping(TimeSpan patience) => Send("STOPPING=1", Status("Stopping: running requests finish first"), Extend(patience));

    public void Beat() => Send("WATCHDOG=1");

    private static string Status(string text) => "STATUS=" + text.ReplaceLineEndings(" ");

    private static string Extend(TimeSpan patience) =>
        string.Create(CultureInfo.InvariantCulture, $"EXTEND_TIMEOUT_USEC={patience.Ticks / TimeSpan.TicksPerMicrosecond}");

    private void Send(params IEnumerable<string> lines)
    {
        using var sender = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            sender.SendTo(Encoding.UTF8.GetBytes(string.Join('\n', lines)), _address);
        }
        catch (SocketException)
        {
            // A service manager that is gone needs to hear nothing; it must not cost us our life.
        }
    }
}
