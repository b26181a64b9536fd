using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace ProxyGroups.Admin.Api;

/// <summary>
/// Refuses what a program of the caller's would not send: pages of other sites in a browser that reaches the socket through a forwarded
/// port, and bodies where none is expected.
/// </summary>
internal static class AdminGuard
{
    private const string FetchSite = "Sec-Fetch-Site";

    /// <summary>Null: it may go on.</summary>
    public static AdminProblem? Check(HttpContext context, IAdminEntrance entrance)
    {
        var request = context.Request;
        if (!entrance.IsOwnHost(request.Host.Host))
        {
            return new AdminProblem(StatusCodes.Status421MisdirectedRequest, "Misdirected request", "The header Host names another server. Write localhost, as in http://localhost/v1/status, or the host of AdminEndpoint:Url.");
        }

        if (IsOfAnotherSite(request))
        {
            return AdminProblem.Forbidden("The request comes from a page of another site, which may see and steer nothing here.");
        }

        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            // The body stays unread, so the connection ends: whoever is not told sends the next request into it.
            context.Response.Headers.Connection = "close";
            return new AdminProblem(StatusCodes.Status413PayloadTooLarge, "Content too large", "This request takes no body. Send it without one.");
        }

        return null;
    }

    private static bool IsOfAnotherSite(HttpRequest request)
    {
        var (origin, site) = (request.Headers[HeaderNames.Origin], request.Headers[FetchSite]);
        return (origin.Count > 0 && !origin.ToString().Equals($"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase))
            || (site.Count > 0 && site.ToString() is not ("same-origin" or "none"));
    }
}
