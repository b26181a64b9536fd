using Microsoft.Extensions.Primitives;

namespace ProxyGroups.Proxying.Transport;

/// <summary>The head of a request that goes to its worker as it came.</summary>
internal ref partial struct RequestHeadWriter
{
    /// <inheritdoc cref="Write(HttpRequestMessage, bool, ref byte[])"/>
    public static RequestHead Write(in DirectRequest request, bool close, ref byte[] buffer)
    {
        var writer = new RequestHeadWriter(buffer);
        try
        {
            return writer.Write(request, close);
        }
        finally
        {
            buffer = writer._buffer;
        }
    }

    private RequestHead Write(in DirectRequest request, bool close)
    {
        WriteRequestLine(request.Method, request.Path, request.Query);
        Line("Host", request.Host);
        var sawLength = false;
        foreach (var (name, values) in request.Headers)
        {
            sawLength |= name.Length == 14 && Is(name, "Content-Length");
            if (!IsOurs(name, upgrade: false) && request.Passes(name))
            {
                Lines(name, values);
            }
        }

        foreach (var (name, value) in request.Added)
        {
            Line(name, value);
        }

        WriteLength(request.Method, 0, sawLength);
        Ascii(close ? "Connection: close\r\n\r\n"u8 : "\r\n"u8);
        return new RequestHead(_length, 0, AsksUpgrade: false);
    }

    private void Lines(string name, StringValues values)
    {
        foreach (var value in values)
        {
            Line(name, value ?? "");
        }
    }
}
