using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace ProxyGroups.Proxying.Transport;

/// <summary>
/// Reads a response head (RFC 9112 4 and 5). Strict where two readers could disagree about where a
/// response ends: a bare LF or CR, folded lines, a space before a colon, two framings or two lengths are refused.
/// </summary>
internal ref struct ResponseHeadParser
{
    /// <summary>What no field value may hold (RFC 9110 5.5); DEL because Kestrel refuses to write it.</summary>
    private static readonly SearchValues<byte> ForbiddenBytes = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127]);

    private readonly List<ResponseField> _fields;
    private readonly bool _isTunnel;
    private readonly bool _isHttp10;
    private long _length = -1;
    private bool _chunked;
    private bool _close;
    private bool _keepAlive;
    private int _keepAliveSeconds = -1;
    private List<string>? _connection;

    private ResponseHeadParser(List<ResponseField> fields, int status, bool isHttp10) =>
        (_fields, _isTunnel, _isHttp10) = (fields, status == (int)HttpStatusCode.SwitchingProtocols, isHttp10);

    /// <summary>
    /// Looks for the empty line, on from <paramref name="scanned"/>. Refuses early what can never become a head, so that
    /// garbage without a line end does not wait for the deadline.
    /// </summary>
    public static bool TryFindEnd(ReadOnlySpan<byte> bytes, ref int scanned, out int length)
    {
        var prefix = "HTTP/1."u8;
        if (!bytes.StartsWith(prefix[..Math.Min(prefix.Length, bytes.Length)]))
        {
            throw new ProtocolException("the response does not start with HTTP/1.");
        }

        for (var lf = bytes[scanned..].IndexOf((byte)'\n'); lf >= 0; lf = bytes[scanned..].IndexOf((byte)'\n'))
        {
            lf += scanned;
            if (lf == 0 || bytes[lf - 1] != '\r')
            {
                throw new ProtocolException("a line of the response head ends with a bare LF");
            }

            scanned = lf + 1;
            if (lf >= 3 && bytes[lf - 2] == '\n')
            {
                length = scanned;
                return true;
            }
        }

        length = 0;
        return false;
    }

    /// <summary>The status code of a complete head.</summary>
    public static int StatusOf(ReadOnlySpan<byte> head)
    {
        var line = head[..(head.IndexOf((byte)'\n') - 1)];
        // HTTP/1.x SP 3DIGIT [SP reason] (RFC 9112 4); the reason's space is often forgotten, and harmless.
        if (line.Length < 12 || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' ' || (line.Length > 12 && line[12] != ' ')
            || !Utf8Parser.TryParse(line.Slice(9, 3), out int status, out var digits) || digits != 3 || status < 100)
        {
            throw new ProtocolException("the status line is malformed");
        }

        return status;
    }

    /// <param name="head">The whole of it, with its empty line.</param>
    /// <param name="status">What <see cref="StatusOf"/> has found.</param>
    /// <param name="isHead">The request was a HEAD: no body follows.</param>
    /// <param name="fields">Gets the fields that are passed on, instead of what it held.</param>
    public static ResponseHead Parse(ReadOnlySpan<byte> head, int status, bool isHead, List<ResponseField> fields)
    {
        fields.Clear();
        var lineEnd = head.IndexOf((byte)'\n') - 1;
        var reason = ReadReason(head[Math.Min(13, lineEnd)..lineEnd], status);
        var parser = new ResponseHeadParser(fields, status, isHttp10: head[7] == '0');
        for (var rest = head[(lineEnd + 2)..]; rest.Length > 2; rest = rest[(lineEnd + 2)..])
        {
            // Every LF has a CR before it by now; a CR without LF is refused with the other control characters.
            lineEnd = rest.IndexOf((byte)'\n') - 1;
            parser.ReadHeader(rest[..lineEnd]);
        }

        return parser.Finish(status, reason, isHead);
    }

    /// <summary>Splits one header or trailer line; throws when it is none.</summary>
    public static ResponseHeaderName Split(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> value)
    {
        var colon = line.IndexOf((byte)':');
        if (colon < 0 || !ResponseHeaderName.TryFind(line[..colon], out var name))
        {
            throw new ProtocolException($"a header line is malformed: {Printable.Escape(line)}");
        }

        value = line[(colon + 1)..].Trim(" \t"u8);
        if (value.ContainsAny(ForbiddenBytes))
        {
            throw new ProtocolException($"a control character stands in the header {name.Text}");
        }

        return name;
    }

    private static string? ReadReason(ReadOnlySpan<byte> reason, int status)
    {
        if (reason.ContainsAny(ForbiddenBytes))
        {
            throw new ProtocolException("a control character stands in the reason phrase");
        }

        return Ascii.Equals(reason, ReasonPhrases.GetReasonPhrase(status)) ? null : Encoding.Latin1.GetString(reason);
    }

    private void ReadHeader(ReadOnlySpan<byte> line)
    {
        var name = Split(line, out var value);
        switch (name.Role)
        {
            case HeaderRole.ContentLength:
                ReadLength(value);
                break;
            case HeaderRole.TransferEncoding:
                ReadTransferEncoding(value);
                break;
            case HeaderRole.Connection:
                ReadConnection(name, value);
                break;
            case HeaderRole.KeepAlive:
                ReadKeepAlive(value);
                break;
            default:
                Keep(name, value);
                break;
        }
    }

    private readonly void Keep(in ResponseHeaderName name, ReadOnlySpan<byte> value) => _fields.Add(new(name, Encoding.Latin1.GetString(value)));

    private void ReadLength(ReadOnlySpan<byte> value)
    {
        // 18 digits cannot overflow. A list ("5, 5") is refused too: RFC 9112 6.3 rule 5 allows either.
        if (value.Length is 0 or > 18 || value.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || !Utf8Parser.TryParse(value, out long length, out _))
        {
            throw new ProtocolException($"Content-Length is no number: {Printable.Escape(value)}");
        }

        if (_length >= 0 && _length != length)
        {
            throw new ProtocolException($"Content-Length is given twice: {_length} and {length}");
        }

        _length = length;
    }

    private void ReadTransferEncoding(ReadOnlySpan<byte> value)
    {
        if (_chunked || _isHttp10 || !Ascii.EqualsIgnoreCase(value, "chunked"u8))
        {
            throw new ProtocolException($"Transfer-Encoding is not understood: {Printable.Escape(value)}");
        }

        _chunked = true;
    }

    private void ReadConnection(in ResponseHeaderName name, ReadOnlySpan<byte> value)
    {
        foreach (var part in value.Split((byte)','))
        {
            var option = value[part].Trim(" \t"u8);
            _close |= Ascii.EqualsIgnoreCase(option, "close"u8);
            _keepAlive |= Ascii.EqualsIgnoreCase(option, "keep-alive"u8);
        }

        if (_isTunnel)
        {
            Keep(name, value);
        }
        else if (!Ascii.EqualsIgnoreCase(value, "close"u8) && !Ascii.EqualsIgnoreCase(value, "keep-alive"u8))
        {
            (_connection ??= []).Add(Encoding.Latin1.GetString(value));
        }
    }

    private void ReadKeepAlive(ReadOnlySpan<byte> value)
    {
        var timeout = "timeout="u8;
        foreach (var part in value.Split((byte)','))
        {
            var option = value[part].Trim(" \t"u8);
            if (option.Length > timeout.Length && Ascii.EqualsIgnoreCase(option[..timeout.Length], timeout)
                && Utf8Parser.TryParse(option[timeout.Length..], out int seconds, out _) && seconds >= 0)
            {
                _keepAliveSeconds = seconds;
            }
        }
    }

    /// <summary>RFC 9112 6.3, in its order.</summary>
    private readonly ResponseHead Finish(int status, string? reason, bool isHead)
    {
        if (_chunked && _length >= 0)
        {
            throw new ProtocolException("both Content-Length and Transfer-Encoding are given");
        }

        // Kestrel would answer 500 for it, as if the front door had failed (RFC 9110 15.3.6).
        if (status == 205 && (_chunked || _length > 0))
        {
            throw new ProtocolException("a 205 has no body");
        }

        if (_connection is not null)
        {
            var named = HopByHop.NamedBy(_connection.ToArray());
            _fields.RemoveAll(field => named.Contains(field.Name.Text));
        }

        var framing = FramingOf(status, isHead);
        var stays = framing is not (BodyFraming.UntilClose or BodyFraming.Tunnel) && !_close && (!_isHttp10 || _keepAlive);
        // No Content-Length belongs to a 204 (RFC 9110 8.6), and Kestrel would take it at its word.
        return new ResponseHead(status, reason, _isHttp10, framing, status == 204 ? -1 : _length, stays, _keepAliveSeconds);
    }

    private readonly BodyFraming FramingOf(int status, bool isHead) => status switch
    {
        101 => BodyFraming.Tunnel,
        204 or 205 or 304 => BodyFraming.None,
        _ when isHead => BodyFraming.None,
        _ when _chunked => BodyFraming.Chunked,
        _ when _length >= 0 => BodyFraming.Length,
        _ => BodyFraming.UntilClose,
    };
}
