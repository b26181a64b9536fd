using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ProxyGroups.Proxying.Transport;

/// <summary>
/// Encodes a request head (RFC 9112 3 and 5) straight into the slot's output buffer. Target, values, their order and
/// duplicates pass as they are; the framing and Connection headers are ours. Latin-1 both ways keeps every byte of a
/// header value, so Kestrel's header encodings must be set to Latin-1 for what is not ASCII to survive.
/// </summary>
internal ref partial struct RequestHeadWriter
{
    private static readonly SearchValues<char> LineBreakers = SearchValues.Create("\r\n\0");

    /// <summary>What would end or split the request line.</summary>
    private static readonly SearchValues<char> TargetBreakers = SearchValues.Create(
        string.Concat(Enumerable.Range(0, 33).Select(c => (char)c)) + '\u007f');

    private byte[] _buffer;
    private int _length;

    private RequestHeadWriter(byte[] buffer) => _buffer = buffer;

    /// <param name="request">The request; its content is not touched.</param>
    /// <param name="close">Ask the worker to close the connection after its answer.</param>
    /// <param name="buffer">Where to write; replaced by a larger one when needed.</param>
    /// <exception cref="ProtocolException">The request cannot be written as HTTP/1.1.</exception>
    public static RequestHead Write(HttpRequestMessage request, bool close, ref byte[] buffer)
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

    private RequestHead Write(HttpRequestMessage request, bool close)
    {
        var headers = request.Headers.NonValidated;
        var upgrade = headers.Contains("Upgrade");
        WriteRequestLine(request.Method.Method, request.RequestUri?.PathAndQuery ?? "", "");
        WriteHost(request, headers);
        WriteHeaders(headers, upgrade);
        var bodyLength = WriteContentHeaders(request);
        if (upgrade || close)
        {
            Ascii(upgrade ? "Connection: Upgrade\r\n"u8 : "Connection: close\r\n"u8);
        }

        Ascii("\r\n"u8);
        return new RequestHead(_length, bodyLength, upgrade);
    }

    private void WriteRequestLine(string method, string path, string query)
    {
        if (HttpMethods.IsConnect(method))
        {
            throw new ProtocolException("CONNECT is not forwarded to workers");
        }

        if (path.AsSpan().ContainsAny(TargetBreakers) || query.AsSpan().ContainsAny(TargetBreakers))
        {
            throw new ProtocolException("a control character or space stands in the request target");
        }

        Text(method);
        Ascii(" "u8);
        // Only a Uri that is not canonicalised has an empty path; with OPTIONS it means the server itself (RFC 9112 3.2.4).
        if (path.Length == 0 || path[0] != '/')
        {
            Ascii(path.Length == 0 && HttpMethods.IsOptions(method) ? "*"u8 : "/"u8);
        }

        Text(path);
        Text(query);
        Ascii(" HTTP/1.1\r\n"u8);
    }

    private void WriteHost(HttpRequestMessage request, HttpHeadersNonValidated headers)
    {
        if (headers.TryGetValues("Host", out var host))
        {
            Line("Host", host.ToString());
        }
        else
        {
            Line("Host", request.RequestUri?.Authority ?? "");
        }
    }

    private void WriteHeaders(HttpHeadersNonValidated headers, bool upgrade)
    {
        foreach (var (name, values) in headers)
        {
            if (!IsOurs(name, upgrade))
            {
                Lines(name, values);
            }
        }
    }

    private long WriteContentHeaders(HttpRequestMessage request)
    {
        if (request.Content is not { } content)
        {
            return WriteLength(request.Method.Method, 0, isGiven: false);
        }

        long? length = null;
        foreach (var (name, values) in content.Headers.NonValidated)
        {
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                Lines(name, values);
            }
            else if (long.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var given))
            {
                length = given;
            }
            else
            {
                throw new ProtocolException("the request's Content-Length is no number");
            }
        }

        return WriteLength(request.Method.Method, length ?? content.Headers.ContentLength ?? RequestHead.Chunked, length is not null);
    }

    /// <summary>A request without a body says so when its method suggests one (RFC 9110 8.6), or when it came so.</summary>
    private long WriteLength(string method, long length, bool isGiven)
    {
        if (length == RequestHead.Chunked)
        {
            Ascii("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (length > 0 || isGiven || HttpMethods.IsPost(method) || HttpMethods.IsPut(method) || HttpMethods.IsPatch(method))
        {
            Ascii("Content-Length: "u8);
            Reserve(20);
            length.TryFormat(_buffer.AsSpan(_length), out var written, default, CultureInfo.InvariantCulture);
            _length += written;
            Ascii("\r\n"u8);
        }

        return length;
    }

    /// <summary>Hop by hop, or replaced by our own. Expect: Kestrel has answered it, and a worker that ignores it would cost a delay.</summary>
    private static bool IsOurs(string name, bool upgrade) => name.Length switch
    {
        2 => Is(name, "TE"),
        4 => Is(name, "Host"),
        6 => Is(name, "Expect"),
        7 => !upgrade && Is(name, "Upgrade"),
        10 => Is(name, "Connection") || Is(name, "Keep-Alive"),
        14 => Is(name, "Content-Length"),
        16 => Is(name, "Proxy-Connection"),
        17 => Is(name, "Transfer-Encoding"),
        _ => false,
    };

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    private void Lines(string name, HeaderStringValues values)
    {
        if (values.Count == 1)
        {
            Line(name, values.ToString());
            return;
        }

        foreach (var value in values)
        {
            Line(name, value);
        }
    }

    private void Line(string name, string value)
    {
        if (value.AsSpan().ContainsAny(LineBreakers))
        {
            throw new ProtocolException($"a line break stands in the request header {name}");
        }

        Text(name);
        Ascii(": "u8);
        Text(value);
        Ascii("\r\n"u8);
    }

    private void Text(string text)
    {
        Reserve(text.Length);
        if (System.Text.Ascii.FromUtf16(text, _buffer.AsSpan(_length), out var written) == OperationStatus.Done)
        {
            _length += written;
            return;
        }

        // Above U+00FF only with Kestrel left at UTF-8, so UTF-8 is what the client sent.
        var encoding = text.AsSpan().ContainsAnyExceptInRange('\0', '\u00ff') ? Encoding.UTF8 : Encoding.Latin1;
        Reserve(encoding.GetByteCount(text));
        _length += encoding.GetBytes(text, _buffer.AsSpan(_length));
    }

    private void Ascii(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _length < count)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        }
    }
}
