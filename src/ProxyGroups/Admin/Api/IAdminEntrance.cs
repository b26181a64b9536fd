using Microsoft.AspNetCore.Http;

namespace ProxyGroups.Admin.Api;

/// <summary>One way into the admin interface: whose requests come by it.</summary>
internal interface IAdminEntrance
{
    /// <summary>Whether the header Host names this server. A site of somebody else's has a name of its own, also where that name leads here (DNS rebinding).</summary>
    bool IsOwnHost(string host);

    /// <summary>Who sent the request; null: nobody knows, so nothing is allowed.</summary>
    AdminCaller? Identify(HttpContext context);

    /// <summary>The answer to who may do nothing.</summary>
    AdminProblem Refuse(HttpContext context, AdminCaller? caller);
}
