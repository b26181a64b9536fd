using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace ProxyGroups.Proxying.Access;

/// <summary>Follows one request to the end of its answer, whoever gives that in the end, for the access log.</summary>
internal sealed class AccessRecord
{
    private readonly GroupRequest _request;
    private readonly AccessLog _log;
    private readonly TimeProvider _time;
    private readonly Activity? _activity = Activity.Current;
    private readonly DateTimeOffset _came;
    private readonly long _start;
    private ResponseMeter? _body;
    private int? _whole;

    public AccessRecord(GroupRequest request, AccessLog log, TimeProvider time)
    {
        (_request, _log, _time) = (request, log, time);
        (_came, _start) = (time.GetUtcNow(), time.GetTimestamp());
    }

    /// <summary>Counts the body on its way. Called before anybody writes it whose bytes are not told by <see cref="CountWhole"/>; once more has no effect.</summary>
    public void MeterBody() => _body ??= ResponseMeter.PutInto(_request.Context.Features);

    /// <summary>The body was written whole: cheaper than a meter, for whom the server looks up all features anew.</summary>
    public void CountWhole(int bytes) => _whole = bytes;

    /// <summary>The front door is done with it: its line is made once the server has sent the answer or given it up, which of whole ones it has by now.</summary>
    public void End()
    {
        var response = _request.Context.Response;
        if (_whole is not null && response.HasStarted)
        {
            Write();
            return;
        }

        response.OnCompleted(
            static record =>
            {
                ((AccessRecord)record).Write();
                return Task.CompletedTask;
            },
            this);
    }

    private void Write()
    {
        var (context, worker) = (_request.Context, _request.Worker);
        var (request, headers) = (context.Request, context.Request.Headers);
        _log.Write(new()
        {
            Time = _came,
            Client = AddressOf(context.Connection.RemoteIpAddress),
            User = context.Features.Get<IHttpAuthenticationFeature>()?.User?.Identity?.Name,
            Method = request.Method,
            Target = context.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } target ? target : request.Path + request.QueryString,
            Protocol = request.Protocol,
            Host = request.Host.Value,
            Referer = TextOf(headers.Referer),
            UserAgent = TextOf(headers.UserAgent),
            Status = context.Response.StatusCode,
            Bytes = _request.Tunnel?.ToClient ?? ((_body?.Bytes ?? 0) + (_whole ?? 0)),
            Received = _request.Tunnel?.FromClient,
            Duration = _time.GetElapsedTime(_start),
            Queue = _request.Waited,
            Service = _request.Served,
            Group = _request.Group.Name,
            Rank = worker?.Rank,
            Generation = worker?.Generation,
            Tries = _request.Tries,
            Error = _request.Error,
            Id = context.TraceIdentifier,
            RequestId = TextOf(headers["X-Request-Id"]),
            TraceId = _activity?.TraceId.ToHexString(),
        });
    }

    private static string? TextOf(string? value) => string.IsNullOrEmpty(value) ? null : value;

    private static string? AddressOf(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4().ToString() : address?.ToString();
}
