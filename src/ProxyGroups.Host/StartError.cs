using System.Net.Sockets;
using ProxyGroups.Configuration;

namespace ProxyGroups.Host;

/// <summary>Why the front door did not start, for the person at the terminal: cause and remedy, no stack.</summary>
internal static class StartError
{
    /// <summary>Anything else is a bug and shows its stack.</summary>
    public static bool IsExpected(Exception exception) =>
        exception is SettingsException or InvalidOperationException or IOException or InvalidDataException or UnauthorizedAccessException
        || IsOfAddress(exception);

    public static string Describe(Exception exception, FrontDoorPlace place) => exception switch
    {
        SettingsException => $"{place.Name}:{Environment.NewLine}{exception.Message}",
        InvalidDataException { InnerException: { } inner } => $"{place.Name}: {exception.Message} {inner.Message}",
        IOException when exception.Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase) =>
            $"{exception.Message} Another server listens there: stop it, or choose another address with --urls http://127.0.0.1:PORT or Kestrel:Endpoints.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            "This user may not listen there: ports below 1024 need root or CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=). " + Addresses,
        _ when IsOfAddress(exception) => $"{exception.Message.Split(" (Parameter", StringSplitOptions.None)[0].TrimEnd('.')}: an address to listen on cannot be used. {Addresses}",
        _ => exception.Message,
    };

    private const string Addresses = "Write an address of this machine as in http://127.0.0.1:8080, with a port up to 65535, after --urls or in Kestrel:Endpoints.";

    // What Kestrel throws for texts that are no address, ports that are none, and addresses of other machines.
    private static bool IsOfAddress(Exception exception) =>
        exception is FormatException or SocketException or ArgumentOutOfRangeException { ParamName: "port" };
}
