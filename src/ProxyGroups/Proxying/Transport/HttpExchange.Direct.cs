using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace ProxyGroups.Proxying.Transport;

/// <summary>The way past HttpRequestMessage and HttpResponseMessage, for requests without a body and answers that come in one piece.</summary>
internal sealed partial class HttpExchange
{
    private bool _awaitsReader;

    public override async ValueTask SendDirectAsync(DirectRequest request, CancellationToken ct)
    {
        BeginSending();
        (_method, _target) = (request.Method, request.Path);
        Encode(request, ct);
        await ExchangeHeadsAsync(null, ct);
        _awaitsReader = true;
    }

    public override bool TryTakeWhole(HttpResponse response, out ArraySegment<byte> body)
    {
        body = default;
        if (!_awaitsReader || !(_head.HasNoBody || (_head.Framing == BodyFraming.Length && _head.Length <= _slot.Input.Length)))
        {
            return false;
        }

        _head.CopyTo(response, _slot.Fields);
        _awaitsReader = false;
        if (!_head.HasNoBody)
        {
            body = TakeBody((int)_head.Length);
        }

        EndResponse();
        return true;
    }

    private ArraySegment<byte> TakeBody(int length)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        _slot.Input.Unread[..length].CopyTo(bytes);
        _slot.Input.Consume(length);
        return new(bytes, 0, length);
    }
}
