using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ProxyGroups.Host.Steering;

/// <summary>Carries what the page asks to the admin socket, and the answer back as it comes.</summary>
internal sealed class PageRelay(FrontDoorClient client, CancellationToken stopping)
{
    private static readonly string[] Asked = [HeaderNames.Accept, "Last-Event-ID"];

    private static readonly string[] Answered =
        [HeaderNames.ContentType, HeaderNames.CacheControl, HeaderNames.ContentSecurityPolicy, HeaderNames.XContentTypeOptions, "Referrer-Policy"];

    public async Task SendAsync(HttpContext context, string path)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            using var request = CreateRequest(context.Request, path);
            using var answer = await client.RelayAsync(request, ended.Token);
            CopyHead(answer, context.Response);
            await answer.Content.CopyToAsync(context.Response.Body, ended.Token);
        }
        catch (SteeringException exception)
        {
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
            await context.Response.WriteAsJsonAsync(new { title = "Not running", detail = exception.Message }, ended.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or HttpRequestException or IOException)
        {
            // The browser has gone, or the front door has in the middle of an answer: what is cut off must not look whole.
            context.Abort();
        }
    }

    private static HttpRequestMessage CreateRequest(HttpRequest asked, string path)
    {
        var request = new HttpRequestMessage(new HttpMethod(asked.Method), path);
        foreach (var name in Asked.Where(asked.Headers.ContainsKey))
        {
            request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)asked.Headers[name]);
        }

        return request;
    }

    private static void CopyHead(HttpResponseMessage answer, HttpResponse response)
    {
        response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(static header => Answered.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            response.Headers[name] = values.ToArray();
        }
    }
}
