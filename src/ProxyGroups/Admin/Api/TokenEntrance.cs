using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ProxyGroups.Admin.Api;

/// <summary>An address: whoever has the token may do all, everybody else nothing.</summary>
internal sealed class TokenEntrance(string host, AdminToken token, TimeProvider time, ILogger logger) : IAdminEntrance
{
    // Whoever tries tokens fills no log.
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);

    private readonly Lock _telling = new();
    private AdminToken _token = token;
    private long _refused;
    private long? _told;

    // A browser that is led here by a name of somebody else's writes that name, never an address.
    public bool IsOwnHost(string name) => name.Equals(host, StringComparison.OrdinalIgnoreCase)
        || name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(name, out _);

    public AdminCaller? Identify(HttpContext context)
    {
        var (held, sent) = (Volatile.Read(ref _token), context.Request.Headers.Authorization);
        if (!held.IsIn(sent))
        {
            Tell(context, sent.Count);
            return null;
        }

        // Streams live long: they end with the token that opened them.
        context.Response.RegisterForDispose(held.Replaced.Register(context.Abort));
        return AdminCaller.OfToken(context.Connection.RemoteIpAddress);
    }

    public AdminProblem Refuse(HttpContext context, AdminCaller? caller)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer realm=\"ProxyGroups\"";
        return new AdminProblem(StatusCodes.Status401Unauthorized, "Unauthorized", "Send the token that the front door's AdminEndpoint:TokenFile holds, as in Authorization: Bearer TOKEN.");
    }

    /// <summary>From now on this token opens, and who came in with another one is out.</summary>
    public void Take(AdminToken token)
    {
        if (!_token.IsSameAs(token))
        {
            Interlocked.Exchange(ref _token, token).Retire();
            logger.TokenTaken();
        }
        else
        {
            token.Dispose();
        }
    }

    private void Tell(HttpContext context, int sent)
    {
        lock (_telling)
        {
            _refused += sent == 0 ? 0 : 1;
            if (sent > 0 && (_told is not { } told || time.GetElapsedTime(told) >= BetweenLines))
            {
                logger.TokenRefused(_refused, context.Connection.RemoteIpAddress);
                (_refused, _told) = (0, time.GetTimestamp());
            }
        }
    }
}
