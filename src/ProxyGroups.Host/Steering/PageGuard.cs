using Microsoft.AspNetCore.Http;

namespace ProxyGroups.Host.Steering;

/// <summary>Refuses what pages of other sites can make the person's browser send.</summary>
internal static class PageGuard
{
    private const string Typed = "Copy the link into the address line of the browser.";

    /// <param name="request">The request.</param>
    /// <param name="origin">Scheme, host and port of the page.</param>
    /// <returns>Why not, and the remedy; null: it may go on.</returns>
    public static string? Check(HttpRequest request, string origin)
    {
        var (sender, site) = (request.Headers.Origin, request.Headers["Sec-Fetch-Site"]);
        return request switch
        {
            // Another name that leads here (DNS rebinding) would make another site's page ours in the eyes of the browser.
            _ when $"http://{request.Host.Value}" != origin => $"The header Host names another server. {Typed}",
            _ when (sender.Count > 0 && sender != origin) || (sender.Count == 0 && !HttpMethods.IsGet(request.Method)) => $"The request does not come from the page. {Typed}",
            _ when site.Count > 0 && site.ToString() is not ("same-origin" or "none") => $"The request comes from a page of another site. {Typed}",
            _ when !HttpMethods.IsGet(request.Method) && !HttpMethods.IsPost(request.Method) => "Use GET or POST.",
            _ => null,
        };
    }
}
