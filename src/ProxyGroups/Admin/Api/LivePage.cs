using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace ProxyGroups.Admin.Api;

/// <summary>The live page: one file without anything from elsewhere, which polls the status, follows the events and gives commands beside it.</summary>
internal static class LivePage
{
    private static readonly string Page = Read();

    public static Task WriteAsync(AdminCall call)
    {
        // A name of a group can bring no script to life: only what carries this request's nonce runs, and nothing is loaded from elsewhere.
        var nonce = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var response = call.Context.Response;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        return response.WriteAsync(Page.Replace("{nonce}", nonce, StringComparison.Ordinal), call.Context.RequestAborted);
    }

    private static string Read()
    {
        using var reader = new StreamReader(typeof(LivePage).Assembly.GetManifestResourceStream("live.html")!);
        return reader.ReadToEnd();
    }
}
