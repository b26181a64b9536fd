using System.Globalization;
using ProxyGroups.Configuration;

namespace ProxyGroups.Proxying.Access;

/// <summary>
/// How an entry reads. Everything that clients choose is cut to a length and escaped, so that no request can end a line, begin one of its own or move a
/// terminal's cursor; what comes out is ASCII. One caller at a time.
/// </summary>
internal sealed class AccessLine
{
    private const int LongestTarget = 3072;
    private const int LongestField = 1024;

    private readonly AccessBytes _bytes = new();
    private readonly byte[] _second = new byte[20];
    private (long Time, bool IsJson) _secondOf = (long.MinValue, false);
    private int _secondLength;

    /// <summary>The line with its end; it holds until the next one.</summary>
    public ReadOnlySpan<byte> Write(in AccessEntry entry, AccessLogFormat format, bool hasQuery)
    {
        _bytes.Clear();
        var (target, referer) = hasQuery ? (entry.Target, entry.Referer) : (WithoutQuery(entry.Target), entry.Referer is { } from ? WithoutQuery(from) : null);
        if (format == AccessLogFormat.Json)
        {
            PutJson(entry, target, referer);
        }
        else
        {
            PutText(entry, target, referer, format == AccessLogFormat.Combined);
        }

        _bytes.Put("\n"u8);
        return _bytes.Written;
    }

    private void PutText(in AccessEntry entry, string target, string? referer, bool isCombined)
    {
        PutWord(entry.Client);
        _bytes.Put(" - "u8);
        PutWord(entry.User);
        _bytes.Put(" ["u8);
        PutSecond(entry.Time, isJson: false);
        _bytes.Put(" +0000] \""u8);
        _bytes.PutEscaped(entry.Method, LongestField, isWord: false);
        _bytes.Put(" "u8);
        _bytes.PutEscaped(target, LongestTarget, isWord: false);
        _bytes.Put(" "u8);
        _bytes.PutEscaped(entry.Protocol, LongestField, isWord: false);
        _bytes.PutNumber("\" "u8, entry.Status);
        _bytes.PutNumber(" "u8, entry.Bytes == 0 ? null : entry.Bytes);
        if (isCombined)
        {
            PutQuoted(" \""u8, referer ?? "-");
            PutQuoted(" \""u8, entry.UserAgent ?? "-");
        }

        _bytes.Put(" group="u8);
        PutWord(entry.Group);
        _bytes.PutNumber(" rank="u8, entry.Rank);
        _bytes.PutNumber(" generation="u8, entry.Generation);
        _bytes.PutNumber(" tries="u8, entry.Tries);
        PutSeconds(" queue="u8, entry.Queue, isJson: false);
        PutSeconds(" service="u8, entry.Service, isJson: false);
        PutSeconds(" total="u8, entry.Duration, isJson: false);
        _bytes.Put(" error="u8);
        PutWord(entry.Error);
        _bytes.Put(" id="u8);
        PutWord(entry.Id);
        PutRest(entry);
    }

    private void PutRest(in AccessEntry entry)
    {
        if (entry.Received is { } received)
        {
            _bytes.PutNumber(" received="u8, received);
        }

        if (entry.RequestId is { } requestId)
        {
            PutQuoted(" request-id=\""u8, requestId);
        }

        if (entry.TraceId is { } traceId)
        {
            _bytes.Put(" trace="u8);
            PutWord(traceId);
        }
    }

    private void PutJson(in AccessEntry entry, string target, string? referer)
    {
        _bytes.Put("{\"time\":\""u8);
        PutSecond(entry.Time, isJson: true);
        _bytes.PutFraction((entry.Time.UtcTicks % TimeSpan.TicksPerSecond) / TimeSpan.TicksPerMicrosecond);
        _bytes.Put("Z\""u8);
        PutField(",\"client\":\""u8, entry.Client);
        PutField(",\"user\":\""u8, entry.User);
        PutField(",\"method\":\""u8, entry.Method);
        PutField(",\"target\":\""u8, target, LongestTarget);
        PutField(",\"protocol\":\""u8, entry.Protocol);
        PutField(",\"host\":\""u8, entry.Host);
        PutField(",\"referer\":\""u8, referer);
        PutField(",\"userAgent\":\""u8, entry.UserAgent);
        _bytes.PutNumber(",\"status\":"u8, entry.Status);
        _bytes.PutNumber(",\"bytes\":"u8, entry.Bytes);
        PutField(",\"received\":"u8, entry.Received);
        PutSeconds(",\"total\":"u8, entry.Duration, isJson: true);
        PutSeconds(",\"queue\":"u8, entry.Queue, isJson: true);
        PutSeconds(",\"service\":"u8, entry.Service, isJson: true);
        PutField(",\"group\":\""u8, entry.Group);
        PutField(",\"rank\":"u8, entry.Rank);
        PutField(",\"generation\":"u8, entry.Generation);
        _bytes.PutNumber(",\"tries\":"u8, entry.Tries);
        PutField(",\"error\":\""u8, entry.Error);
        PutField(",\"id\":\""u8, entry.Id);
        PutField(",\"requestId\":\""u8, entry.RequestId);
        PutField(",\"trace\":\""u8, entry.TraceId);
        _bytes.Put("}"u8);
    }

    private void PutField(ReadOnlySpan<byte> name, string? value, int longest = LongestField)
    {
        if (value is null)
        {
            return;
        }

        _bytes.Put(name);
        _bytes.PutJson(value, longest);
        _bytes.Put("\""u8);
    }

    private void PutField(ReadOnlySpan<byte> name, long? value)
    {
        if (value is not null)
        {
            _bytes.PutNumber(name, value);
        }
    }

    private void PutSeconds(ReadOnlySpan<byte> name, TimeSpan time, bool isJson)
    {
        var microseconds = (time.Ticks + (TimeSpan.TicksPerMicrosecond / 2)) / TimeSpan.TicksPerMicrosecond;
        _bytes.PutNumber(name, microseconds / 1_000_000);
        var fraction = microseconds % 1_000_000;
        if (!isJson || fraction > 0)
        {
            _bytes.PutFraction(fraction);
            if (isJson)
            {
                _bytes.TrimEnd((byte)'0');
            }
        }
    }

    // Most lines are of the second of the line before.
    private void PutSecond(DateTimeOffset time, bool isJson)
    {
        if ((time.ToUnixTimeSeconds(), isJson) is var second && second != _secondOf)
        {
            _secondOf = second;
            time.UtcDateTime.TryFormat(_second, out _secondLength, isJson ? "yyyy-MM-ddTHH:mm:ss" : "dd/MMM/yyyy:HH:mm:ss", CultureInfo.InvariantCulture);
        }

        _bytes.Put(_second.AsSpan(0, _secondLength));
    }

    private void PutQuoted(ReadOnlySpan<byte> before, string value)
    {
        _bytes.Put(before);
        _bytes.PutEscaped(value, LongestField, isWord: false);
        _bytes.Put("\""u8);
    }

    // Words end at a blank; a user's name may hold one.
    private void PutWord(string? value) => _bytes.PutEscaped(string.IsNullOrEmpty(value) ? "-" : value, LongestField, isWord: true);

    private static string WithoutQuery(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target[..query];
    }
}
