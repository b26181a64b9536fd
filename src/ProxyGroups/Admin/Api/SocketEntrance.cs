using Microsoft.AspNetCore.Http;

namespace ProxyGroups.Admin.Api;

/// <summary>The Unix socket: the kernel says who is at its other end, and whoever serves it has put that beside the connection.</summary>
internal sealed class SocketEntrance : IAdminEntrance
{
    private static readonly string[] OwnNames = ["localhost", "127.0.0.1", "[::1]"];

    public bool IsOwnHost(string host) => OwnNames.Contains(host, StringComparer.OrdinalIgnoreCase);

    public AdminCaller? Identify(HttpContext context) => context.Features.Get<AdminCaller>();

    public AdminProblem Refuse(HttpContext context, AdminCaller? caller) => AdminProblem.Forbidden(
        $"{caller?.Name ?? "An unknown user"} may neither see nor steer anything here. Root and the front door's own user may do all, and the Worker:User of a group may see and steer its own groups.");
}
