using ProxyGroups.Groups;
using ProxyGroups.Proxying.Sockets;

namespace ProxyGroups.Proxying.Transport;

/// <summary>
/// One request through one slot. This part holds the facts and the life: unsent, sending, ended; HttpExchange.Send.cs and
/// HttpExchange.Receive.cs hold the way there and back.
/// Threads: the forwarder's flow drives it; when the client leaves, a background flow takes over at a point where the first
/// one has stopped, so there is one driver at a time. The clock and the transport's Dispose only doom it: they note
/// the fault and close the socket, and the driver notices. Worker-done comes last: after it nothing of the slot is touched.
/// </summary>
internal sealed partial class HttpExchange : WorkerExchange
{
    private const int Open = 0;
    private const int Doomed = 1;
    private const int Ended = 2;

    private readonly SlotConnection _slot;
    private readonly HeldResponses _held;
    private readonly Action<WorkerExchange> _workerDone;
    private readonly Lock _faultGate = new();
    private string? _method;
    private string? _target;
    private int _begun;
    private int _state;
    private LoopSocket? _socket;
    private CancellationTokenSource? _uploadUnwanted;
    private StreamedResponse? _streamed;
    private ExchangeFault _fault;
    private string _faultDetail = "";
    private TunnelBytes? _tunnel;
    private volatile bool _sent;
    private volatile bool _headReceived;

    // We ended the body short ourselves: that the worker then hangs up is no fault of its own.
    private bool _isCutShort;

    public HttpExchange(SlotConnection slot, HeldResponses held, Action<WorkerExchange> workerDone)
        : base(NoHandler.Instance) => (_slot, _held, _workerDone) = (slot, held, workerDone);

    public override bool Sent => _sent;

    public override bool HeadReceived => _headReceived;

    public override bool ReusedConnection { get; protected set; }

    public override ExchangeFault Fault
    {
        get
        {
            lock (_faultGate)
            {
                return _fault;
            }
        }
    }

    public override string FaultDetail
    {
        get
        {
            lock (_faultGate)
            {
                return _faultDetail;
            }
        }
    }

    public override TunnelBytes? Tunnel => _tunnel;

    public override CancellationToken UploadUnwanted
    {
        get
        {
            if (_uploadUnwanted is null)
            {
                Interlocked.CompareExchange(ref _uploadUnwanted, new CancellationTokenSource(), null);
            }

            return _uploadUnwanted.Token;
        }
    }

    public override void Abandon()
    {
        if (Interlocked.Exchange(ref _begun, 1) == 0)
        {
            End(keep: false);
        }
        else if (_awaitsReader)
        {
            _awaitsReader = false;
            DropAnswer();
        }
    }

    /// <summary>For people; null until the request has been made. Kept are two references; the rest is done when somebody looks.</summary>
    public SlotWork? Look()
    {
        if (_method is not { } method || _target?.Split('?', 2)[0] is not { } target)
        {
            return null;
        }

        var authority = target.StartsWith('/') ? -1 : target.IndexOf("://", StringComparison.Ordinal);
        var path = authority < 0 ? 0 : target.IndexOf('/', authority + 3);
        return new SlotWork(method, path < 0 ? "/" : target[path..]);
    }

    /// <summary>The clock: the worker's time is over.</summary>
    public void Expire(WaitKind kind)
    {
        var (fault, detail) = kind switch
        {
            WaitKind.Request => (ExchangeFault.RequestDeadline, $"no response head within {_slot.Limits.Request}"),
            WaitKind.Silence => (ExchangeFault.Silence, $"nothing more of the response came within {_slot.Limits.Silence}"),
            _ => (ExchangeFault.None, ""),
        };
        Doom(fault, detail);
    }

    /// <summary>The transport is closed: what is under way fails, what rests with the client ends here.</summary>
    public void Break()
    {
        var fault = _headReceived ? ExchangeFault.BodyCutOff : _sent ? ExchangeFault.ClosedBeforeHead : ExchangeFault.ConnectFailed;
        Doom(fault, "the transport to the worker was closed");
        Volatile.Read(ref _streamed)?.Break();
    }

    /// <summary>YARP has read the whole answer, or has no use for it: an upload still going on would keep it waiting.</summary>
    public void OnAnswerTaken()
    {
        if (_upload is { IsComplete: false })
        {
            _uploadUnwanted?.Cancel();
        }
    }

    protected override void Dispose(bool disposing)
    {
        _uploadUnwanted?.Dispose();
        base.Dispose(disposing);
    }

    private void Doom(ExchangeFault fault, string detail)
    {
        lock (_faultGate)
        {
            if (Interlocked.CompareExchange(ref _state, Doomed, Open) != Open)
            {
                return;
            }

            SetFault_NeedsLock(fault, detail);
        }

        _slot.Close(Volatile.Read(ref _socket));
    }

    private void NoteFault(ExchangeFault fault, string detail)
    {
        lock (_faultGate)
        {
            // Doomed: what the driver sees now is only the socket that was closed under it.
            // Cut short by the client: a worker that closes because of it has done nothing wrong, and must not be taken for dead.
            if (_state == Open && !_isCutShort)
            {
                SetFault_NeedsLock(fault, detail);
            }
        }
    }

    private void SetFault_NeedsLock(ExchangeFault fault, string detail)
    {
        if (_fault == ExchangeFault.None)
        {
            (_fault, _faultDetail) = (fault, detail);
        }
    }

    /// <summary>The one place where an exchange ends. Worker-done comes last.</summary>
    private void End(bool keep, int hintSeconds = -1)
    {
        var prior = Interlocked.Exchange(ref _state, Ended);
        if (prior != Ended)
        {
            _slot.End(this, _socket, keep && prior == Open, hintSeconds);
            _workerDone(this);
        }
    }

    private sealed class NoHandler : HttpMessageHandler
    {
        public static readonly NoHandler Instance = new();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
