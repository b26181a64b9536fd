using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using ProxyGroups.Hosting;

namespace ProxyGroups.Host.Steering;

/// <summary>Which front door is meant: one that runs with a settings file or an app's directory, the one at a socket, or one that is far away.</summary>
internal sealed record FrontDoorTarget(FrontDoorPlace Place, string? Socket, RemoteFrontDoor? Remote)
{
    /// <summary>The socket of the front door that runs.</summary>
    /// <exception cref="SteeringException">There is none, or more than one.</exception>
    public string FindSocket()
    {
        if (Socket is not null)
        {
            return File.Exists(Socket) ? Socket : throw NotRunning($"There is no socket at {Socket}.");
        }

        var (configuration, fault) = ReadConfiguration();
        var running = AdminSockets.Find(configuration, Place.ContentRoot).Where(IsListenedAt).ToList();
        return running switch
        {
            [] when fault is not null =>
                throw new SteeringException(ExitCode.WrongUse, $"{fault.Message} {fault.InnerException?.Message} The socket can be named by --socket as well."),
            [] when "false".Equals(configuration["ProxyGroups:Admin"], StringComparison.OrdinalIgnoreCase) =>
                throw new SteeringException(ExitCode.NotRunning, $"The settings of {Place.Name} switch the admin socket off. Remove \"Admin\": false from ProxyGroups and start the front door anew."),
            [] => throw NotRunning($"No front door runs with {Place.Name}."),
            [var socket] => socket,
            _ => throw new SteeringException(ExitCode.WrongUse, $"{running.Count} front doors run with {Place.Name}. Say which one is meant:{string.Concat(running.Select(static socket => $"\n  --socket {socket}"))}"),
        };
    }

    /// <summary>There was a socket, and nobody answers at it.</summary>
    public SteeringException NotRunning(string what) => new(ExitCode.NotRunning, Remote is not null
        ? $"{what} See whether it runs with ProxyGroups:AdminEndpoint at {Remote.Url}, and whether an SSH tunnel that leads there is open."
        : $"{what} Start it with: proxygroups run{StartArguments}. If it runs elsewhere, name its settings with --settings, or its socket, which its log tells, with --socket.");

    private string StartArguments => Place switch
    {
        { AppDirectory: { } directory } => $" {directory}",
        { SettingsFile: { } file } => $" --settings {file}",
        _ => string.Empty,
    };

    // The layers of a front door, as far as they can move its runtime directory. One that runs goes on without its file, and lies where it does by default.
    private (IConfiguration Configuration, InvalidDataException? Fault) ReadConfiguration()
    {
        try
        {
            Place.Require();
            var builder = new ConfigurationBuilder();
            return (Place.AppDirectory is null ? builder.Add(Place.ToLayer()).AddEnvironmentVariables().Build() : builder.AddEnvironmentVariables().Build(), null);
        }
        catch (InvalidDataException fault)
        {
            return (new ConfigurationBuilder().AddEnvironmentVariables().Build(), fault);
        }
    }

    private static bool IsListenedAt(string path)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        // Left of a front door that was killed. Any other fault is for the command to tell.
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
        {
            return false;
        }
    }
}
