using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Admin.Api;

/// <summary>Who asks, and whether that is one who may see and steer everything.</summary>
internal sealed record AdminCaller(uint User, bool MayAll)
{
    /// <summary>By the kernel's word about the other end of the socket: root and the front door's own user may all.</summary>
    public static AdminCaller OfUser(uint user) => new(user, user == UnixUser.Root || user == Libc.GetEffectiveUser());
}
