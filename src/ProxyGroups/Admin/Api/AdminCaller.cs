using System.Net;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Admin.Api;

/// <summary>Who asks, and whether that is one who may see and steer everything.</summary>
/// <param name="User">Of this machine; <see cref="uint.MaxValue"/>: none.</param>
/// <param name="Name">For log lines and messages.</param>
internal sealed record AdminCaller(uint User, bool MayAll, string Name)
{
    /// <summary>By the kernel's word about the other end of the socket: root and the front door's own user may all.</summary>
    public static AdminCaller OfUser(uint user) => new(user, user == UnixUser.Root || user == Libc.GetEffectiveUser(), $"User {user}");

    /// <summary>Who has the token may all.</summary>
    public static AdminCaller OfToken(IPAddress? address) => new(uint.MaxValue, true, $"Token from {address}");
}
