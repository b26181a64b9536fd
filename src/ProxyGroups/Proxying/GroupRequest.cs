using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProxyGroups.Groups;
using ProxyGroups.Proxying.Transport;
using ProxyGroups.Scheduling;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace ProxyGroups.Proxying;

/// <summary>One request on its way through a process group, over all its tries. One thread at a time.</summary>
internal sealed class GroupRequest(ForwardingServices services, HttpContext context, RouteModel route, ProcessGroup group) : IDisposable
{
    // Timeouts:Request and Timeouts:Silence bound the worker; the forwarder's own timeout would also count the client's pauses.
    private static readonly ForwarderRequestConfig NoForwarderTimeout = new() { ActivityTimeout = TimeSpan.FromMilliseconds(int.MaxValue) };

    private readonly SlotKind _kind = IsUpgrade(context) ? SlotKind.Upgraded : SlotKind.Thread;
    private BufferedBody? _body;
    private long _enqueuedAt;

    public HttpContext Context { get; } = context;

    public ProcessGroup Group { get; } = group;

    public int Tries { get; private set; }

    /// <summary>Workers that broke off while they handled this request.</summary>
    public int Deaths { get; private set; }

    private bool CanRepeat => _body?.CanRepeat ?? true;

    /// <summary>Reads a small body before a slot is taken; a failure to read it, or null. For requests that may have a body.</summary>
    public async ValueTask<TryResult?> BufferBodyAsync()
    {
        try
        {
            _body = await BufferedBody.ReadAsync(Context.Request, (int)Group.Settings.Buffering.Request, Context.RequestAborted);
            Context.Request.Body = _body;
            return null;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            return ClientFailure(exception);
        }
    }

    public async ValueTask<TryResult> TryAsync()
    {
        if (Tries++ > 0)
        {
            PrepareNextTry();
        }

        var admission = await Group.Scheduler.AcquireAsync(new SlotRequest(_enqueuedAt, Kind: _kind, IsRetry: Tries > 1), Context.RequestAborted);
        if (!admission.IsGranted)
        {
            return Refusal(admission);
        }

        if (_enqueuedAt == 0)
        {
            _enqueuedAt = services.Time.GetTimestamp();
        }

        return await ForwardAsync(admission.Lease);
    }

    public void Dispose() => _body?.Dispose();

    private void PrepareNextTry()
    {
        services.Meter.CountRetry(Group.Name);
        Context.Response.Clear();
        Context.Features.Set<IForwarderErrorFeature>(null);
        _body?.Rewind();
    }

    private async ValueTask<TryResult> ForwardAsync(SlotLease lease)
    {
        if (Group.FindServing(lease.Worker) is not { Connection: IWorkerTransport transport } worker)
        {
            Group.Scheduler.Release(lease);
            return new TryResult { Failure = ProxyFailure.ConnectFailed, Detail = "the worker ended before the request was sent", MayRetry = Tries < RetryRules.MaxTries };
        }

        using var exchange = transport.BeginExchange(lease.Slot, done => EndLease(lease, done.Fault));
        try
        {
            var error = await services.Forwarder.SendAsync(
                Context, "http://worker", exchange, NoForwarderTimeout, route.Transformer, _body is null ? CancellationToken.None : exchange.UploadUnwanted);
            return error == ForwarderError.None ? TryResult.Done : Judge(worker, exchange);
        }
        finally
        {
            // YARP throws when somebody before us has set a status already.
            exchange.AbandonUnsent();
        }
    }

    // In this order: a slot given back by a dead worker would go to the next waiter.
    private void EndLease(SlotLease lease, ExchangeFault fault)
    {
        if (fault == ExchangeFault.RequestDeadline)
        {
            // Whether or not the client is still there: the worker is stuck.
            Group.ReportRequestDeadline(lease.Worker);
            Group.Scheduler.Forfeit(lease);
            return;
        }

        if (fault == ExchangeFault.Silence && Group.FindServing(lease.Worker) is { HasThreadPerSlot: true })
        {
            Group.ReportSilence(lease.Worker);
            Group.Scheduler.Forfeit(lease);
            return;
        }

        if (MayBeDead(fault))
        {
            Group.Suspect(lease);
        }

        Group.Scheduler.Release(lease);
    }

    private static bool MayBeDead(ExchangeFault fault) =>
        fault is ExchangeFault.ConnectFailed or ExchangeFault.ClosedBeforeHead or ExchangeFault.ClosedInHead;

    private TryResult Judge(ServingWorker worker, WorkerExchange exchange)
    {
        var fault = exchange.Fault;
        if (fault == ExchangeFault.None)
        {
            // An answer that came before the end of the upload: the forwarder calls the rest of the upload an error, the client has its answer.
            return exchange.HeadReceived && Context.Response.HasStarted && !Context.RequestAborted.IsCancellationRequested
                ? TryResult.Done
                : ClientFailure(Context.GetForwarderErrorFeature()?.Exception);
        }

        if (exchange.Sent && MayBeDead(fault))
        {
            Deaths++;
        }

        return new TryResult
        {
            Failure = FailureOf(fault),
            Detail = $"worker {worker.Identity} pid {worker.Pid}: {exchange.FaultDetail}",
            MayRetry = fault is ExchangeFault.ConnectFailed or ExchangeFault.ClosedBeforeHead
                && RetryRules.MayRetry(RetryRules.IsSafe(Context.Request.Method), exchange.Sent, CanRepeat, Context.Response.HasStarted, Deaths, Tries),
        };
    }

    private TryResult ClientFailure(Exception? exception)
    {
        if (Context.RequestAborted.IsCancellationRequested)
        {
            return TryResult.GoneClient;
        }

        var failure = FindBadRequest(exception)?.StatusCode switch
        {
            StatusCodes.Status408RequestTimeout => ProxyFailure.ClientStalled,
            StatusCodes.Status413PayloadTooLarge => ProxyFailure.BodyTooLarge,
            StatusCodes.Status400BadRequest => ProxyFailure.ClientBroken,
            // The transport refuses to write what the client sent: Kestrel lets control characters in a target pass.
            null when exception?.InnerException is ProtocolException => ProxyFailure.ClientBroken,
            _ => ProxyFailure.ForwardingFailed,
        };
        return new TryResult { Failure = failure, Detail = exception?.Message ?? string.Empty };
    }

    // HTTP/1.1 asks by Upgrade, HTTP/2 and 3 by extended CONNECT (RFC 8441). The headers first: they are at hand, features are searched for.
    private static bool IsUpgrade(HttpContext context) =>
        (context.Request.Headers.Upgrade.Count > 0 && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true })
        || (HttpMethods.IsConnect(context.Request.Method) && context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true });

    private static BadHttpRequestException? FindBadRequest(Exception? exception) => exception switch
    {
        null => null,
        BadHttpRequestException bad => bad,
        AggregateException several => several.InnerExceptions.Select(FindBadRequest).FirstOrDefault(static found => found is not null),
        _ => FindBadRequest(exception.InnerException),
    };

    private TryResult Refusal(in AdmissionResult admission)
    {
        if (admission.Outcome == AdmissionOutcome.ClientGone)
        {
            return TryResult.GoneClient;
        }

        var failure = admission.Outcome switch
        {
            AdmissionOutcome.QueueFull => ProxyFailure.QueueFull,
            AdmissionOutcome.WouldWaitTooLong => ProxyFailure.WouldWaitTooLong,
            AdmissionOutcome.WaitedTooLong => ProxyFailure.WaitedTooLong,
            AdmissionOutcome.BootTimedOut => ProxyFailure.BootTimedOut,
            _ => ProxyFailure.GroupClosed,
        };
        var cause = failure is ProxyFailure.GroupClosed or ProxyFailure.BootTimedOut && Group.State is { Failures: > 0, LastFailure: { } last } ? last : null;
        return new TryResult
        {
            Failure = failure,
            Detail = $"{admission.Outcome} after {admission.Waited.TotalMilliseconds:0} ms{(cause is null ? string.Empty : $"; the last failure was at {cause}")}",
            Cause = cause,
            RetryAfter = admission.RetryAfter,
        };
    }

    private static ProxyFailure FailureOf(ExchangeFault fault) => fault switch
    {
        ExchangeFault.ConnectFailed => ProxyFailure.ConnectFailed,
        ExchangeFault.ClosedBeforeHead => ProxyFailure.WorkerDied,
        ExchangeFault.ClosedInHead or ExchangeFault.BodyCutOff => ProxyFailure.ClosedInHead,
        ExchangeFault.MalformedHead => ProxyFailure.MalformedHead,
        ExchangeFault.HeadTooLarge => ProxyFailure.HeadTooLarge,
        _ => ProxyFailure.RequestDeadline,
    };
}
