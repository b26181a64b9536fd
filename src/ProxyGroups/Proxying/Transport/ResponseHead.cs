using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ProxyGroups.Proxying.Transport;

/// <summary>What a response head says, apart from its fields.</summary>
/// <param name="Status">100 to 999.</param>
/// <param name="Reason">The reason phrase; null: the usual one of the status.</param>
/// <param name="IsHttp10">The worker speaks HTTP/1.0.</param>
/// <param name="Framing">Where the response ends.</param>
/// <param name="DeclaredLength">Content-Length, also where none of it follows (HEAD, 304); -1: none that may be passed on.</param>
/// <param name="KeepAlive">The worker will take another request on this connection.</param>
/// <param name="KeepAliveSeconds">For how long, when it said so; otherwise -1.</param>
internal readonly record struct ResponseHead(
    int Status, string? Reason, bool IsHttp10, BodyFraming Framing, long DeclaredLength, bool KeepAlive, int KeepAliveSeconds)
{
    /// <summary>Bytes of the body still to come, where Content-Length is the framing.</summary>
    public long Length { get; init; } = Math.Max(0, DeclaredLength);

    /// <summary>Nothing follows the head.</summary>
    public bool HasNoBody => Framing == BodyFraming.None || (Framing == BodyFraming.Length && Length == 0);

    /// <summary>Onto a response that has not begun; what is there already stays, as with YARP.</summary>
    public void CopyTo(HttpResponse response, List<ResponseField> fields)
    {
        response.StatusCode = Status;
        if (Reason is not null && response.HttpContext.Features.Get<IHttpResponseFeature>() is { } feature)
        {
            feature.ReasonPhrase = Reason;
        }

        foreach (var field in fields)
        {
            field.AddTo(response.Headers);
        }

        // A 205 says by its status that nothing follows.
        if (DeclaredLength >= 0 && Status != StatusCodes.Status205ResetContent)
        {
            response.ContentLength = DeclaredLength;
        }
    }

    public HttpResponseMessage ToMessage(List<ResponseField> fields, HttpRequestMessage? request)
    {
        var response = new HttpResponseMessage((HttpStatusCode)Status)
        {
            Version = IsHttp10 ? HttpVersion.Version10 : HttpVersion.Version11,
            Content = new WorkerContent(),
            RequestMessage = request,
        };
        if (Reason is not null)
        {
            response.ReasonPhrase = Reason;
        }

        foreach (var field in fields)
        {
            field.AddTo(response);
        }

        if (DeclaredLength >= 0)
        {
            response.Content.Headers.TryAddWithoutValidation("Content-Length", DeclaredLength.ToString(CultureInfo.InvariantCulture));
        }

        return response;
    }
}
