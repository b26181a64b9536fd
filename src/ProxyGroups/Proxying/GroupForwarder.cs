using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Logging;
using Polly;
using ProxyGroups.Groups;
using Yarp.ReverseProxy.Model;

namespace ProxyGroups.Proxying;

/// <summary>
/// Carries one request through its process group:
/// 0. in maintenance, say so; 1. limit and, where small, read the body; 2. lease a slot; 3. forward; 4. where the rules allow it, meet one second worker; 5. answer failures.
/// </summary>
internal sealed class GroupForwarder(ForwardingServices services)
{
    private readonly ResiliencePipeline<TryResult> _retry = RetryRules.Build();

    public async Task ForwardAsync(HttpContext context, RouteModel route, ProcessGroup group)
    {
        group.Totals.CountRequest();
        group.Times.Follow(services.Meter.TakesTimes);
        using var request = new GroupRequest(services, context, route, group);
        request.Follow();

        // 0.
        if (group.Maintenance is { } notice)
        {
            request.Fail(nameof(ProxyFailure.Maintenance));
            request.Record?.MeterBody();
            await services.Answer.WriteMaintenanceAsync(context, notice);
            return;
        }

        // 1.
        var mayHaveBody = context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false };
        if (mayHaveBody && !RequestBodyLimit.Apply(context, route, group.Settings))
        {
            request.Fail(nameof(ProxyFailure.BodyTooLarge));
            request.Record?.MeterBody();
            await RefuseAsync(context, ProxyFailure.BodyTooLarge);
            return;
        }

        if (mayHaveBody && await request.BufferBodyAsync() is { } unreadable)
        {
            await AnswerAsync(request, unreadable);
            return;
        }

        // 2. to 4.
        var result = await request.TryAsync();
        if (result.MayRetry)
        {
            services.Logger.TriedAgain(group.Name, context.Request.Method, context.Request.Path.ToUriComponent(), context.TraceIdentifier, result.Detail);
            // Entered only now: the pipeline costs more than a lease, and almost every request is done with its first try.
            result = await _retry.ExecuteAsync(static (request, _) => request.TryAsync(), request, CancellationToken.None);
        }

        // 5.
        await AnswerAsync(request, result);
    }

    public Task RefuseAsync(HttpContext context, ProxyFailure failure) =>
        services.Answer.WriteAsync(context, failure, string.Empty, TimeSpan.FromSeconds(1));

    private async Task AnswerAsync(GroupRequest request, TryResult result)
    {
        var context = request.Context;
        if (result.IsDone)
        {
            return;
        }

        request.Record?.MeterBody();
        if (result.ClientIsGone)
        {
            // Not the client but a request timeout of the app: its middleware has its own answer and waits for this exception.
            var timeout = context.Features.Get<IHttpRequestTimeoutFeature>()?.RequestTimeoutToken ?? CancellationToken.None;
            request.Fail(timeout.IsCancellationRequested ? GroupRequest.CutOff : "ClientGone");
            timeout.ThrowIfCancellationRequested();
            services.Logger.ClientGone(request.Group.Name, context.TraceIdentifier);
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }

            return;
        }

        Log(request, result);
        if (context.Response.HasStarted)
        {
            // The forwarder has aborted the connection already; doing it twice is harmless, ending it cleanly would be a lie.
            context.Abort();
            return;
        }

        if (result.Failure is { } failure)
        {
            await services.Answer.WriteAsync(context, failure, result.Detail, result.RetryAfter, result.Cause);
        }
    }

    private void Log(GroupRequest request, TryResult result)
    {
        var (context, logger) = (request.Context, services.Logger);
        request.Fail(result.Failure?.ToString() ?? "Other");
        // Decoded, it could hold line breaks and terminal escapes.
        var path = context.Request.Path.ToUriComponent();
        if (result.Level > LogLevel.Debug)
        {
            request.Group.Failures.Add(new FailedRequest(services.Time.GetUtcNow(), context.TraceIdentifier, request.Error!, context.Request.Method, path, request.Worker));
        }

        logger.Failed(result.Level, request.Group.Name, context.Request.Method, path, result.Failure, request.Tries, context.TraceIdentifier, result.Detail);
        if (request.Deaths >= RetryRules.MaxDeaths)
        {
            logger.SuspectRequest(request.Group.Name, context.Request.Method, path, context.TraceIdentifier, request.Deaths);
        }
    }
}
