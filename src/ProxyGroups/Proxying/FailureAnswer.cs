using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Hosting;
using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.Proxying;

/// <summary>
/// Answers a request that its app could not: problem+json (RFC 9457), or a small page for browsers; the cause in Proxy-Status (RFC 9209).
/// Details reach the client in development only; the id is in the log with them.
/// </summary>
internal sealed class FailureAnswer(IHostEnvironment environment)
{
    public async Task WriteAsync(HttpContext context, ProxyFailure failure, string detail, TimeSpan retryAfter, SpawnFailure? cause = null)
    {
        var row = Begin(context.Response, failure, retryAfter);
        var shown = environment.IsDevelopment() && detail.Length > 0 ? detail : null;
        var why = environment.IsDevelopment() ? cause : null;
        var body = WantsHtml(context.Request) ? Page(context, row, shown, why) : Problem(context, row, shown, why);
        await EndAsync(context, body, WantsHtml(context.Request) ? "text/html; charset=utf-8" : "application/problem+json");
    }

    /// <summary>The app's own page where it has one.</summary>
    public async Task WriteMaintenanceAsync(HttpContext context, MaintenanceNotice notice)
    {
        if (notice.Page is { } page)
        {
            Begin(context.Response, ProxyFailure.Maintenance, MaintenanceNotice.RetryAfter);
            await EndAsync(context, page, notice.ContentType);
        }
        else
        {
            await WriteAsync(context, ProxyFailure.Maintenance, string.Empty, MaintenanceNotice.RetryAfter);
        }
    }

    private static FailureRow Begin(HttpResponse response, ProxyFailure failure, TimeSpan retryAfter)
    {
        var row = FailureTable.Row(failure);
        response.Clear();
        response.StatusCode = row.Status;
        response.Headers["Proxy-Status"] = $"proxygroups; error={row.ProxyStatusError}";
        response.Headers.CacheControl = "no-store";
        if (row.HasRetryAfter)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        return row;
    }

    private static async Task EndAsync(HttpContext context, ReadOnlyMemory<byte> body, string contentType)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        if (context.Request.Method != HttpMethods.Head)
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    private static bool WantsHtml(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static byte[] Problem(HttpContext context, FailureRow row, string? detail, SpawnFailure? cause)
    {
        var problem = new Dictionary<string, object?>
        {
            ["title"] = ReasonPhrases.GetReasonPhrase(row.Status),
            ["status"] = row.Status,
            ["detail"] = detail ?? row.Text,
            ["id"] = context.TraceIdentifier,
        };
        foreach (var (name, value) in Parts(cause))
        {
            problem[name] = value;
        }

        return JsonSerializer.SerializeToUtf8Bytes(problem);
    }

    private static (string Name, string Value)[] Parts(SpawnFailure? cause) => cause is null
        ? []
        : [("step", $"{cause.Step}"), ("cause", cause.Cause), ("lastOutput", string.Join('\n', cause.LastOutput)), ("remedy", cause.Remedy)];

    private static string Explain(SpawnFailure? cause) => string.Concat(Parts(cause).Where(static part => part.Value.Length > 0).Select(static part =>
        $"<h2>{part.Name switch { "lastOutput" => "last output", var name => name }}</h2><pre>{WebUtility.HtmlEncode(part.Value)}</pre>"));

    private static byte[] Page(HttpContext context, FailureRow row, string? detail, SpawnFailure? cause) => Encoding.UTF8.GetBytes($$"""
        <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>{{row.Status}} {{ReasonPhrases.GetReasonPhrase(row.Status)}}</title>
        <style>:root{color-scheme:light dark}body{font:1.05rem/1.5 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1.5rem}
        h1{font-size:1.4rem}h2{font-size:1rem;margin-bottom:0}pre{white-space:pre-wrap;border-left:3px solid #c60;padding-left:1rem}small{opacity:.65}</style>
        <h1>{{row.Text}}</h1>
        {{(detail is null ? "<p>Please try again in a moment.</p>" : cause is null ? $"<pre>{WebUtility.HtmlEncode(detail)}</pre>" : Explain(cause))}}
        <small>{{row.Status}} {{ReasonPhrases.GetReasonPhrase(row.Status)}} &middot; {{WebUtility.HtmlEncode(context.TraceIdentifier)}}</small></html>
        """);
}
