using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ProxyGroups.Admin.Api;

/// <summary>Log lines of the admin interface, ids 6000 to 6099.</summary>
internal static partial class AdminLog
{
    public const string Category = "ProxyGroups.Admin";

    [LoggerMessage(6000, LogLevel.Information, "Admin: user {User} asked for {Path}: {Result}")]
    public static partial void CommandGiven(this ILogger logger, uint user, PathString path, string result);

    [LoggerMessage(6001, LogLevel.Information, "Admin: status, events and commands at {Socket}")]
    public static partial void Listens(this ILogger logger, string socket);

    [LoggerMessage(6003, LogLevel.Warning, "Admin: another front door runs with this content root and has the socket in {Neighbour}; this one is steered at {Socket}")]
    public static partial void ListensBeside(this ILogger logger, string neighbour, string socket);

    [LoggerMessage(6002, LogLevel.Error, "Admin: no status, events and commands, since {Socket} cannot be used: {Cause}. The apps are served all the same. See whether the disk is full and who changes that folder, then start the front door anew.")]
    public static partial void CannotListen(this ILogger logger, string socket, string cause);
}
