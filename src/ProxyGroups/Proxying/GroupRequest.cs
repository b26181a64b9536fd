using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProxyGroups.Groups;
using ProxyGroups.Proxying.Access;
using ProxyGroups.Proxying.Transport;
using ProxyGroups.Scheduling;
using ProxyGroups.Supervision;
using ProxyGroups.Telemetry;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace ProxyGroups.Proxying;

/// <summary>One request on its way through a process group, over all its tries. One thread at a time.</summary>
internal sealed class GroupRequest(ForwardingServices services, HttpContext context, RouteModel route, ProcessGroup group) : IDisposable
{
    /// <summary>The <see cref="Error"/> of a request that a timeout of the app around us has ended, which gives the answer too.</summary>
    public const string CutOff = "RequestTimeout";

    // Timeouts:Request and Timeouts:Silence bound the worker; the forwarder's own timeout would also count the client's pauses.
    private static readonly ForwarderRequestConfig NoForwarderTimeout = new() { ActivityTimeout = TimeSpan.FromMilliseconds(int.MaxValue) };

    private readonly SlotKind _kind = IsUpgrade(context) ? SlotKind.Upgraded : SlotKind.Thread;
    private BufferedBody? _body;
    private long _enqueuedAt;
    private long _leasedAt;
    private long _served;

    public HttpContext Context { get; } = context;

    public ProcessGroup Group { get; } = group;

    public int Tries { get; private set; }

    /// <summary>Workers that broke off while they handled this request.</summary>
    public int Deaths { get; private set; }

    /// <summary>Time spent waiting for slots, over all tries.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Time that slots were held, over all tries, until now where one still is.</summary>
    public TimeSpan Served
    {
        get
        {
            var (served, leasedAt) = (Interlocked.Read(ref _served), Interlocked.Read(ref _leasedAt));
            return services.Time.GetElapsedTime(0, served) + (leasedAt == 0 ? TimeSpan.Zero : services.Time.GetElapsedTime(leasedAt));
        }
    }

    /// <summary>The worker that was asked last; null: none was.</summary>
    public WorkerIdentity? Worker { get; private set; }

    /// <summary>Why the client does not get its app's whole answer; null: it does.</summary>
    public string? Error { get; private set; }

    /// <summary>What went through the connection after its upgrade; null: it is none that was upgraded.</summary>
    public TunnelBytes? Tunnel { get; private set; }

    private bool CanRepeat => _body?.CanRepeat ?? true;

    /// <summary>Null: there is no access log.</summary>
    public AccessRecord? Record { get; private set; }

    /// <summary>From here on the access log follows it, if there is one.</summary>
    public void Follow() => Record = services.Access.IsOn ? new AccessRecord(this, services.Access, services.Time) : null;

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

        var turn = Group.Scheduler.AcquireAsync(new SlotRequest(_enqueuedAt, Kind: _kind, IsRetry: Tries > 1), Context.RequestAborted);
        var admission = await (turn.IsCompleted || !ProxyGroupsActivities.IsOn ? turn : WaitAsync(turn));
        Waited += admission.Waited;
        if (!admission.IsGranted)
        {
            return Refusal(admission);
        }

        _leasedAt = services.Time.GetTimestamp();
        if (_enqueuedAt == 0)
        {
            _enqueuedAt = _leasedAt;
        }

        return await ForwardAsync(admission.Lease);
    }

    public void Fail(string error)
    {
        Error = error;
        services.Meter.CountFailure(Group.Name, error);
    }

    /// <summary>The answer is given, or left to somebody else.</summary>
    public void Dispose()
    {
        _body?.Dispose();
        Record?.End();
        if (Context.Response.HasStarted)
        {
            CountAnswer();
        }
        else
        {
            // Somebody around us may change it yet, or give it where an exception is on its way out.
            Context.Response.OnCompleted(
                static request =>
                {
                    ((GroupRequest)request).CountAnswer();
                    return Task.CompletedTask;
                },
                this);
        }
    }

    private void CountAnswer() => Group.Totals.Answers.Count(Context.Response.StatusCode);

    private async ValueTask<AdmissionResult> WaitAsync(ValueTask<AdmissionResult> turn)
    {
        using var span = ProxyGroupsActivities.StartQueue(Group.Name);
        var admission = await turn;
        if (!admission.IsGranted)
        {
            span.Fail(admission.Outcome.ToString(), string.Empty);
        }

        return admission;
    }

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
            EndService();
            Group.Scheduler.Release(lease);
            return new TryResult { Failure = ProxyFailure.ConnectFailed, Detail = "the worker ended before the request was sent", MayRetry = Tries < RetryRules.MaxTries };
        }

        Worker = worker.Identity;
        using var span = ProxyGroupsActivities.StartForward(Group.Name, Worker.Value.Rank, Worker.Value.Generation, worker.Pid, Context.Request.Method);
        using var exchange = transport.BeginExchange(lease.Slot, done => EndLease(lease, done.Fault));
        try
        {
            var (isDone, failure) = await CarryAsync(exchange);
            var result = isDone ? TryResult.Done : Judge(worker, exchange, failure);
            Describe(span, result);
            return result;
        }
        finally
        {
            // YARP throws when somebody before us has set a status already.
            exchange.Abandon();
            Tunnel = exchange.Tunnel;
        }
    }

    private async ValueTask<(bool IsDone, Exception? Failure)> CarryAsync(WorkerExchange exchange)
    {
        try
        {
            if (MayGoDirect(out var direct))
            {
                await exchange.SendDirectAsync(direct, Context.RequestAborted);
                if (exchange.TryTakeWhole(Context.Response, out var body))
                {
                    await WriteAsync(body);
                    return (true, null);
                }
            }
        }
        catch (Exception failure)
        {
            return (false, failure);
        }

        Record?.MeterBody();
        var error = await services.Forwarder.SendAsync(
            Context, "http://worker", exchange, NoForwarderTimeout, route.Transformer, _body is null ? CancellationToken.None : exchange.UploadUnwanted);
        return (error == ForwarderError.None, Context.GetForwarderErrorFeature()?.Exception);
    }

    private bool MayGoDirect(out DirectRequest direct)
    {
        direct = default;
        return _body is null && _kind == SlotKind.Thread && Context.Response is { HasStarted: false, StatusCode: StatusCodes.Status200OK }
            && services.Direct.Find(route.Config) is { } plan && DirectRequest.TryCreate(Context, plan, out direct);
    }

    private async ValueTask WriteAsync(ArraySegment<byte> body)
    {
        if (body.Array is { } bytes)
        {
            await Context.Response.Body.WriteAsync(body, Context.RequestAborted);
            Record?.CountWhole(body.Count);
            // Not after a failure: whoever was at it may be so still.
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Describe(Activity? span, in TryResult result)
    {
        if (result.IsDone)
        {
            span?.SetTag("http.response.status_code", Context.Response.StatusCode);
        }
        else
        {
            span.Fail(result.ClientIsGone ? "ClientGone" : result.Failure?.ToString() ?? "Other", result.Detail ?? string.Empty);
        }
    }

    // In this order: a slot given back by a dead worker would go to the next waiter.
    private void EndLease(SlotLease lease, ExchangeFault fault)
    {
        EndService();
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
            Group.Suspect(lease, fault == ExchangeFault.NoListener);
        }

        Group.Scheduler.Release(lease);
    }

    private void EndService()
    {
        var held = services.Time.GetTimestamp() - Interlocked.Exchange(ref _leasedAt, 0);
        Interlocked.Add(ref _served, held);
    }

    private static bool MayBeDead(ExchangeFault fault) =>
        fault is ExchangeFault.ConnectFailed or ExchangeFault.NoListener or ExchangeFault.ClosedBeforeHead or ExchangeFault.ClosedInHead;

    private TryResult Judge(ServingWorker worker, WorkerExchange exchange, Exception? failure)
    {
        var fault = exchange.Fault;
        if (fault == ExchangeFault.None)
        {
            // An answer that came before the end of the upload: the forwarder calls the rest of the upload an error, the client has its answer.
            return exchange.HeadReceived && Context.Response.HasStarted && !Context.RequestAborted.IsCancellationRequested
                ? TryResult.Done
                : ClientFailure(failure);
        }

        if (exchange.Sent && MayBeDead(fault))
        {
            Deaths++;
        }

        return new TryResult
        {
            Failure = FailureOf(fault),
            Detail = $"worker {worker.Identity} pid {worker.Pid}: {exchange.FaultDetail}",
            MayRetry = fault is ExchangeFault.ConnectFailed or ExchangeFault.NoListener or ExchangeFault.ClosedBeforeHead
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
        ExchangeFault.ConnectFailed or ExchangeFault.NoListener => ProxyFailure.ConnectFailed,
        ExchangeFault.ClosedBeforeHead => ProxyFailure.WorkerDied,
        ExchangeFault.ClosedInHead or ExchangeFault.BodyCutOff => ProxyFailure.ClosedInHead,
        ExchangeFault.MalformedHead => ProxyFailure.MalformedHead,
        ExchangeFault.HeadTooLarge => ProxyFailure.HeadTooLarge,
        _ => ProxyFailure.RequestDeadline,
    };
}
