using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ProxyGroups.Admin.Api;

/// <summary>Log lines of the admin interface, ids 6000 to 6099.</summary>
internal static partial class AdminLog
{
    public const string Category = "ProxyGroups.Admin";

    [LoggerMessage(6000, LogLevel.Information, "Admin: {Caller} asked for {Path}: {Result}")]
    public static partial void CommandGiven(this ILogger logger, string caller, PathString path, string result);

    [LoggerMessage(6001, LogLevel.Information, "Admin: status, events and commands at {Socket}")]
    public static partial void Listens(this ILogger logger, string socket);

    [LoggerMessage(6003, LogLevel.Warning, "Admin: another front door runs with this content root and has the socket in {Neighbour}; this one is steered at {Socket}")]
    public static partial void ListensBeside(this ILogger logger, string neighbour, string socket);

    [LoggerMessage(6004, LogLevel.Information, "Admin: status, events and commands at {Address}, for who has the token of {File}")]
    public static partial void ListensAt(this ILogger logger, string address, string file);

    [LoggerMessage(6005, LogLevel.Error, "Admin: nothing at {Url}, since it cannot be used: {Cause} The apps are served and the admin socket works all the same. See whether the port is taken and the certificate in Kestrel:Certificates:Default can be read, then reload.")]
    public static partial void CannotListenAt(this ILogger logger, string url, string cause);

    [LoggerMessage(6006, LogLevel.Warning, "Admin: {Count} requests with a wrong token refused, the last one from {Address}")]
    public static partial void TokenRefused(this ILogger logger, long count, IPAddress? address);

    [LoggerMessage(6007, LogLevel.Information, "Admin: the token has changed; connections that were let in with the old one end")]
    public static partial void TokenTaken(this ILogger logger);

    [LoggerMessage(6008, LogLevel.Information, "Admin: nothing at {Address} any more, as the settings say")]
    public static partial void ListensNoMore(this ILogger logger, string address);

    [LoggerMessage(6009, LogLevel.Debug, "Admin: asked itself for the status, so that nobody has to wait for the first one: {Answer} after {Milliseconds:0} ms")]
    public static partial void AskedItself(this ILogger logger, string answer, double milliseconds);

    [LoggerMessage(6002, LogLevel.Error, "Admin: no status, events and commands, since {Socket} cannot be used: {Cause}. The apps are served all the same. See whether the disk is full and who changes that folder, then start the front door anew.")]
    public static partial void CannotListen(this ILogger logger, string socket, string cause);
}
