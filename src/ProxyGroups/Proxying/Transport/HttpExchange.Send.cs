using System.Net.Sockets;
using System.Runtime.CompilerServices;
using ProxyGroups.Proxying.Sockets;

namespace ProxyGroups.Proxying.Transport;

/// <summary>The way to the worker: connection, head, body.</summary>
internal sealed partial class HttpExchange
{
    private bool _isHead;
    private RequestHead _requestHead;
    private RequestUpload? _upload;
    private Task _uploading = Task.CompletedTask;
    private bool _headWritten;

    /// <summary>The worker has been sent the whole request: only then may the connection serve another.</summary>
    private bool IsWritten => _upload is null ? _headWritten : _upload.IsComplete;

    /// <summary>
    /// (1) encode the head, (2) take or open the connection, (3) send head and body, (4) read the head of the answer, at the
    /// same time as (3) when the body takes long, (5) hand over the answer. Cancelling ends the caller's wait; the exchange
    /// goes on in the background, because the worker does. After <see cref="SendDirectAsync"/> only (5) is left.
    /// </summary>
    public override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_awaitsReader)
        {
            _awaitsReader = false;
            return Task.FromResult(Deliver(request));
        }

        BeginSending();
        return SendOnceAsync(request, cancellationToken);
    }

    private void BeginSending()
    {
        if (Interlocked.Exchange(ref _begun, 1) != 0)
        {
            throw new InvalidOperationException("An exchange sends exactly once.");
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken ct)
    {
        (_method, _target) = (request.Method.Method, request.RequestUri?.OriginalString);
        Encode(new MessageRequest(request), ct);
        await ExchangeHeadsAsync(request.Content, ct);
        return Deliver(request);
    }

    /// <summary>Steps 2 to 4.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ExchangeHeadsAsync(HttpContent? content, CancellationToken ct)
    {
        if (!TryReuse())
        {
            await ConnectAsync(ct);
        }

        try
        {
            _sent = true;
            if (_requestHead.BodyLength == 0)
            {
                await SendHeadAsync(ct);
            }
            else
            {
                _upload = new RequestUpload(this, _socket!, _slot.Clock, _requestHead, _slot.Output);
                _uploading = UploadAsync(_upload, content!, ct);
            }

            await (_uploading.IsCompletedSuccessfully ? default : ReceiveHeadDuringUploadAsync(ct));
            while (!_headReceived && !TryTakeHead())
            {
                Received(await _slot.Input.ReceiveAsync(_socket!, ct));
            }
        }
        catch (OperationCanceledException)
        {
            _ = FinishUnwantedAsync();
            if (_uploading.IsFaulted)
            {
                // The client's own failure is what YARP has to see.
                await _uploading;
            }

            throw;
        }
        catch (ProtocolException e)
        {
            throw Fail(ExchangeFault.MalformedHead, $"{e.Message}; it starts: {Printable.Escape(_slot.Input.Unread)}", e);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw FailClosed(e);
        }
    }

    /// <summary>First of all: a request that cannot be written, or is not wanted any more, costs no connection.</summary>
    private void Encode<TRequest>(in TRequest request, CancellationToken ct)
        where TRequest : struct, IOutgoingRequest
    {
        try
        {
            ct.ThrowIfCancellationRequested();
            _isHead = request.IsHead;
            var output = _slot.Output;
            _requestHead = request.WriteHead(_slot.ClosesAlways, ref output);
            var hasGrown = output.Length > _slot.Output.Length;
            _slot.Output = output;
            if (hasGrown || _requestHead.BodyLength != 0)
            {
                _slot.WidenOutput(_requestHead.Bytes);
            }
        }
        catch (ProtocolException e)
        {
            End(keep: false);
            throw new HttpRequestException(HttpRequestError.Unknown, $"The request cannot be sent: {e.Message}.", e);
        }
        catch
        {
            End(keep: false);
            throw;
        }
    }

    private bool TryReuse()
    {
        _slot.Clock.Start(this, WaitKind.Request);
        if (_slot.TakeIdle() is not { } socket)
        {
            return false;
        }

        ReusedConnection = true;
        Adopt(socket);
        return true;
    }

    private async ValueTask ConnectAsync(CancellationToken ct)
    {
        try
        {
            ObjectDisposedException.ThrowIf(_slot.IsDisposed, _slot);
            await WorkerConnector.ConnectAsync(_slot.Endpoint, _slot.User, _slot.Loops, _slot.Time, Adopt, ct);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            throw WorkerConnector.SaysNobodyListens(e)
                ? Fail(ExchangeFault.NoListener, $"it does not listen at {_slot.Endpoint} any more: {e.Message}", e)
                : Fail(ExchangeFault.ConnectFailed, $"no connection to {_slot.Endpoint}: {e.Message}", e);
        }
        catch
        {
            End(keep: false);
            throw;
        }
    }

    /// <summary>From here on whoever dooms the exchange closes this socket; doomed before, it is closed at once.</summary>
    private void Adopt(LoopSocket socket)
    {
        Interlocked.Exchange(ref _socket, socket);
        if (Volatile.Read(ref _state) != Open)
        {
            socket.Dispose();
        }
    }

    /// <summary>That the worker takes no more of it is not yet a failure: it may have left an answer.</summary>
    private async ValueTask SendHeadAsync(CancellationToken ct)
    {
        try
        {
            for (var rest = _slot.Output.AsMemory(0, _requestHead.Bytes); rest.Length > 0;)
            {
                rest = rest[await _socket!.SendAsync(rest, ct)..];
            }

            _headWritten = true;
        }
        catch (SocketException)
        {
        }
    }

    /// <summary>The token is passed on as it is: YARP links another one with its own, at a cost.</summary>
    private async Task UploadAsync(RequestUpload upload, HttpContent content, CancellationToken ct)
    {
        _slot.Clock.Hold(this);
        try
        {
            await content.CopyToAsync(upload, ct);
            await upload.CompleteAsync(ct);
        }
        catch (Exception) when (upload.IsBroken)
        {
            _slot.Clock.Resume(this);
        }
    }

    private async ValueTask ReceiveHeadDuringUploadAsync(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _ = CancelWithUploadAsync(stop);
        while (!TryTakeHead())
        {
            Received(await _slot.Input.ReceiveAsync(_socket!, stop.Token));
        }
    }

    private async Task CancelWithUploadAsync(CancellationTokenSource stop)
    {
        try
        {
            await _uploading;
        }
        catch (Exception)
        {
            Cancel(stop);
        }
    }

    private static void Cancel(CancellationTokenSource stop)
    {
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The head has come in the meantime.
        }
    }

    /// <summary>The rest of the body will not come. The worker sees it end short, and can stop waiting for it.</summary>
    private void StopUpload()
    {
        try
        {
            if (!IsWritten)
            {
                _socket!.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }
}
