using System.Globalization;
using System.Net.Sockets;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// Decides whether who answers or speaks for a worker belongs to it: session or descent, and user. Prefork servers listen
/// from children, so the pid alone would not do.
/// </summary>
internal sealed class KinCheck(ILaunchedProcess process, WorkerEndpoint endpoint, uint? expectedUser)
{
    /// <summary>The user that the worker's processes must have. Root's own workers may take any user by themselves.</summary>
    public static uint? ExpectedUser(string? configured) =>
        configured is { } name && UnixUser.Find(name) is { } user ? user.Id
        : UnixUser.IsRoot ? null
        : Libc.GetEffectiveUser();

    /// <summary>Null if the listener at the other end is the worker's; else who it is.</summary>
    public string? DescribeForeignListener(Socket connection) => endpoint.Port is { } port ? CheckPort(port) : CheckPeer(PeerCredentials.Of(connection));

    /// <summary>A sender that is gone already (a tool such as systemd-notify) is known by its user alone; the folder of the socket lets in no other.</summary>
    public bool MaySpeak(PeerCredentials sender) =>
        process.Includes(sender.Pid) || (sender.Pid > 0 && ProcessStat.Read(sender.Pid) is null && (expectedUser ?? UnixUser.Root) == sender.User);

    private string? CheckPeer(PeerCredentials listener) =>
        process.Includes(listener.Pid) && (expectedUser ?? listener.User) == listener.User ? null : Describe(listener);

    private string? CheckPort(int port) =>
        process.FindListeners() is not { } listeners || listeners.Any(listener => listener.Port == port) ? null : $"port {port} is not held by any process of the worker";

    private static string Describe(PeerCredentials listener) =>
        string.Create(CultureInfo.InvariantCulture, $"process {listener.Pid} ({NameOf(listener.Pid)}) of user {listener.User}");

    private static string NameOf(int pid)
    {
        var file = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/comm");
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (IOException)
        {
            return "gone";
        }
    }
}
