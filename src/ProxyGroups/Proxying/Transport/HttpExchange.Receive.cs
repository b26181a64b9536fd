using System.Net.Sockets;

namespace ProxyGroups.Proxying.Transport;

/// <summary>The way back: head, the kind of body, the end.</summary>
internal sealed partial class HttpExchange
{
    private HttpResponseMessage? _response;
    private ResponseHead _head;
    private int _scanned;
    private int _headBytes;

    /// <summary>Nobody gets those of an answer that is dropped.</summary>
    public void AddTrailer(string name, string value) => _response?.TrailingHeaders.TryAddWithoutValidation(name, value);

    /// <summary>The body has been read to its end.</summary>
    public void EndResponse() => End(_head.KeepAlive && IsWritten, _head.KeepAliveSeconds);

    public void EndTunnel() => End(keep: false);

    /// <summary>The body broke off. Returns what its reader is to throw.</summary>
    public HttpIOException FailBody(string detail, Exception? cause)
    {
        NoteFault(ExchangeFault.BodyCutOff, $"within the response body {detail}");
        var failure = new HttpIOException(HttpRequestError.ResponseEnded, $"The response was cut off ({Fault}): {FaultDetail}.", cause);
        End(keep: false);
        return failure;
    }

    /// <summary>Nobody wants the rest of the body: reads on for a while, then closes.</summary>
    public void Discard(ResponseBodyReader reader)
    {
        if (!reader.HasEnded)
        {
            LimitDiscard();
            _ = reader.DiscardAsync();
        }
    }

    /// <summary>As <see cref="Discard"/>, for a body that somebody reads already.</summary>
    public void LimitDiscard()
    {
        _slot.Clock.Start(this, WaitKind.Discard);
        StopUpload();
    }

    /// <summary>Takes the final head from what has been received. Interim ones (100, 103) are skipped (RFC 9110 15.2).</summary>
    private bool TryTakeHead()
    {
        var input = _slot.Input;
        while (input.Length > 0 && ResponseHeadParser.TryFindEnd(input.Unread, ref _scanned, out var length))
        {
            var status = ResponseHeadParser.StatusOf(input.Unread[..length]);
            CheckHeadSize(length);
            if (status is >= 200 or 101)
            {
                TakeHead(status, length);
                return true;
            }

            input.Consume(length);
            _headBytes += length;
            _scanned = 0;
        }

        CheckHeadSize(input.IsFull ? int.MaxValue - InputBuffer.MaxBytes : input.Length);
        return false;
    }

    private void TakeHead(int status, int length)
    {
        if (status == 101 && !_requestHead.AsksUpgrade)
        {
            throw new ProtocolException("101 came though the request asked for no upgrade");
        }

        _head = ResponseHeadParser.Parse(_slot.Input.Unread[..length], status, _isHead, _slot.Fields);
        _slot.Input.Consume(length);
        _slot.Clock.Pause(this);
        _headReceived = true;
    }

    private void CheckHeadSize(int bytes)
    {
        if (_headBytes + bytes > InputBuffer.MaxBytes)
        {
            throw Fail(ExchangeFault.HeadTooLarge, $"the response head is larger than {InputBuffer.MaxBytes >> 10} KiB", null);
        }
    }

    private void Received(int count)
    {
        if (count == 0)
        {
            throw FailClosed(null);
        }
    }

    private HttpRequestException FailClosed(Exception? cause)
    {
        var input = _slot.Input;
        return _headBytes + input.Length == 0
            ? Fail(ExchangeFault.ClosedBeforeHead, "the worker closed the connection before the first byte of a response", cause)
            : Fail(ExchangeFault.ClosedInHead, $"the worker closed the connection within the response head; it starts: {Printable.Escape(input.Unread)}", cause);
    }

    private HttpRequestException Fail(ExchangeFault fault, string detail, Exception? cause)
    {
        NoteFault(fault, detail);
        var error = fault switch
        {
            ExchangeFault.ConnectFailed or ExchangeFault.NoListener => HttpRequestError.ConnectionError,
            ExchangeFault.ClosedBeforeHead or ExchangeFault.ClosedInHead => HttpRequestError.ResponseEnded,
            ExchangeFault.HeadTooLarge => HttpRequestError.ConfigurationLimitExceeded,
            _ => HttpRequestError.InvalidResponse,
        };
        var failure = new HttpRequestException(error, $"The worker failed ({Fault}): {FaultDetail}.", cause);
        End(keep: false);
        return failure;
    }

    /// <summary>Chooses how the body reaches the client. The exchange ends here when nothing more is to come from the worker.</summary>
    private HttpResponseMessage Deliver(HttpRequestMessage request)
    {
        var response = _response = _head.ToMessage(_slot.Fields, request);
        var content = (WorkerContent)response.Content;
        if (_head.Framing == BodyFraming.Tunnel)
        {
            content.Body = new TunnelStream(this, _socket!, _slot.Input, _tunnel = new TunnelBytes());
        }
        else if (_head.HasNoBody || CanHold())
        {
            DeliverHeld(content, (int)_head.Length);
        }
        else
        {
            DeliverStreamed(content);
        }

        return response;
    }

    private bool CanHold() =>
        _head.Framing == BodyFraming.Length && _head.Length <= Math.Min(_slot.Limits.HeldResponseBytes, Array.MaxLength) && _held.TryReserve(_head.Length);

    private void DeliverHeld(WorkerContent content, int length)
    {
        if (_head.HasNoBody)
        {
            content.Body = IsWritten ? Stream.Null : new HeldResponse(this, _held, 0);
            EndResponse();
            return;
        }

        var body = new HeldResponse(this, _held, length);
        content.Body = body;
        body.Fill(_slot.Input);
        if (body.IsFilled)
        {
            EndResponse();
        }
        else
        {
            body.StartPump(BodyReader(_head with { Length = length - body.Filled }));
        }
    }

    private void DeliverStreamed(WorkerContent content)
    {
        var body = new StreamedResponse(this, BodyReader(_head));
        content.Body = body;
        Interlocked.Exchange(ref _streamed, body);
        if (Volatile.Read(ref _state) == Doomed)
        {
            body.Break();
        }
    }

    private ResponseBodyReader BodyReader(ResponseHead head) => new(this, _socket!, _slot.Input, _slot.Clock, head);

    /// <summary>
    /// The client has left, the worker has not: waits for it, bounded by what is left of the request's time. A worker that was sent
    /// half a request and hangs up is in its right: were it a fault, clients could make every worker suspect.
    /// </summary>
    private async Task FinishUnwantedAsync()
    {
        _isCutShort = !IsWritten;
        StopUpload();
        _slot.Clock.Resume(this);
        try
        {
            while (!TryTakeHead())
            {
                var count = await _slot.Input.ReceiveAsync(_socket!, CancellationToken.None);
                if (count == 0 && !IsWritten)
                {
                    End(keep: false);
                    return;
                }

                Received(count);
            }

            DropAnswer();
        }
        catch (ProtocolException e)
        {
            Fail(ExchangeFault.MalformedHead, e.Message, e);
        }
        catch (Exception e) when (!IsWritten && (e is SocketException or ObjectDisposedException))
        {
            End(keep: false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            FailClosed(e);
        }
        catch (HttpRequestException)
        {
            // Noted where it was thrown; nobody waits for it.
        }
    }

    private void DropAnswer()
    {
        if (_head.HasNoBody)
        {
            EndResponse();
        }
        else if (_head.Framing == BodyFraming.Tunnel)
        {
            EndTunnel();
        }
        else
        {
            Discard(BodyReader(_head));
        }
    }
}
