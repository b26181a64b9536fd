using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ProxyGroups.Configuration;

namespace ProxyGroups.Proxying.Access;

/// <summary>
/// How an entry reads. Everything that clients choose is cut to a length and escaped, so that no request can end a line, begin one of its own or move a
/// terminal's cursor; what comes out is ASCII. One caller at a time.
/// </summary>
internal sealed class AccessLine : IDisposable
{
    private const int LongestTarget = 3072;
    private const int LongestField = 1024;

    private static readonly SearchValues<char> Plain = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(static code => (char)code).Except("\"\\")]);

    private readonly ArrayBufferWriter<byte> _bytes = new(1024);
    private readonly StringBuilder _text = new(512);
    private readonly Utf8JsonWriter _json = new(Stream.Null, new JsonWriterOptions { SkipValidation = true });
    private string _second = string.Empty;
    private long _secondOf;

    /// <summary>The line with its end; it holds until the next one.</summary>
    public ReadOnlySpan<byte> Write(AccessEntry entry, AccessLogFormat format, bool hasQuery)
    {
        if (!hasQuery)
        {
            entry = entry with { Target = WithoutQuery(entry.Target), Referer = entry.Referer is { } referer ? WithoutQuery(referer) : null };
        }

        _bytes.ResetWrittenCount();
        if (format == AccessLogFormat.Json)
        {
            _json.Reset(_bytes);
            WriteJson(_json, entry);
        }
        else
        {
            WriteText(entry, format == AccessLogFormat.Combined);
        }

        _bytes.Write("\n"u8);
        return _bytes.WrittenSpan;
    }

    public void Dispose() => _json.Dispose();

    private void WriteText(in AccessEntry entry, bool isCombined)
    {
        _text.Clear();
        AppendWord(entry.Client);
        _text.Append(" - ");
        AppendWord(entry.User);
        _text.Append(" [").Append(SecondOf(entry.Time)).Append(" +0000] \"");
        AppendEscaped(entry.Method, LongestField);
        _text.Append(' ');
        AppendEscaped(entry.Target, LongestTarget);
        _text.Append(CultureInfo.InvariantCulture, $" {entry.Protocol}\" {entry.Status} ");
        _text.Append(entry.Bytes == 0 ? "-" : entry.Bytes.ToString(CultureInfo.InvariantCulture));
        if (isCombined)
        {
            AppendQuoted(" ", entry.Referer ?? "-");
            AppendQuoted(" ", entry.UserAgent ?? "-");
        }

        AppendOurs(entry);
        foreach (var chunk in _text.GetChunks())
        {
            Encoding.ASCII.GetBytes(chunk.Span, _bytes);
        }
    }

    // Most lines are of the second of the line before.
    private string SecondOf(DateTimeOffset time)
    {
        if (time.ToUnixTimeSeconds() is var second && second != _secondOf)
        {
            (_secondOf, _second) = (second, time.ToString("dd/MMM/yyyy:HH:mm:ss", CultureInfo.InvariantCulture));
        }

        return _second;
    }

    private void AppendOurs(in AccessEntry entry)
    {
        _text.Append(CultureInfo.InvariantCulture, $" group={entry.Group} rank={Number(entry.Rank)} generation={Number(entry.Generation)} tries={entry.Tries}");
        AppendSeconds(" queue=", entry.Queue);
        AppendSeconds(" service=", entry.Service);
        AppendSeconds(" total=", entry.Duration);
        _text.Append(CultureInfo.InvariantCulture, $" error={entry.Error ?? "-"} id=");
        AppendWord(entry.Id);
        if (entry.Received is { } received)
        {
            _text.Append(CultureInfo.InvariantCulture, $" received={received}");
        }

        if (entry.RequestId is { } requestId)
        {
            AppendQuoted(" request-id=", requestId);
        }

        if (entry.TraceId is { } traceId)
        {
            _text.Append(CultureInfo.InvariantCulture, $" trace={traceId}");
        }
    }

    private void AppendSeconds(string before, TimeSpan time)
    {
        var microseconds = Microseconds(time);
        _text.Append(before).Append(CultureInfo.InvariantCulture, $"{microseconds / 1_000_000}.{microseconds % 1_000_000:D6}");
    }

    private static string Number(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private void AppendQuoted(string before, string value)
    {
        _text.Append(before).Append('"');
        AppendEscaped(value, LongestField);
        _text.Append('"');
    }

    // Words end at a blank; a user's name may hold one.
    private void AppendWord(string? value)
    {
        var start = _text.Length;
        AppendEscaped(string.IsNullOrEmpty(value) ? "-" : value, LongestField);
        _text.Replace(" ", "\\x20", start, _text.Length - start);
    }

    // As Apache escapes.
    private void AppendEscaped(string value, int longest)
    {
        var rest = value.AsSpan(0, Math.Min(value.Length, longest));
        for (int plain; (plain = rest.IndexOfAnyExcept(Plain)) >= 0; rest = rest[(plain + 1)..])
        {
            _text.Append(rest[..plain]);
            AppendEscape(rest[plain]);
        }

        _text.Append(rest);
        _text.Append(value.Length > longest ? "..." : string.Empty);
    }

    private void AppendEscape(char next)
    {
        if (next is '"' or '\\')
        {
            _text.Append('\\').Append(next);
        }
        else
        {
            _text.Append(next <= 0xff ? "\\x" : "\\u").Append(((int)next).ToString(next <= 0xff ? "x2" : "x4", CultureInfo.InvariantCulture));
        }
    }

    private static void WriteJson(Utf8JsonWriter json, in AccessEntry entry)
    {
        json.WriteStartObject();
        WriteTime(json, entry.Time);
        WriteOptional(json, "client"u8, entry.Client);
        WriteOptional(json, "user"u8, entry.User);
        json.WriteString("method"u8, Cut(entry.Method, LongestField));
        json.WriteString("target"u8, Cut(entry.Target, LongestTarget));
        json.WriteString("protocol"u8, entry.Protocol);
        WriteOptional(json, "host"u8, entry.Host);
        WriteOptional(json, "referer"u8, entry.Referer);
        WriteOptional(json, "userAgent"u8, entry.UserAgent);
        json.WriteNumber("status"u8, entry.Status);
        json.WriteNumber("bytes"u8, entry.Bytes);
        WriteOptional(json, "received"u8, entry.Received);
        WriteSeconds(json, "total"u8, entry.Duration);
        WriteSeconds(json, "queue"u8, entry.Queue);
        WriteSeconds(json, "service"u8, entry.Service);
        json.WriteString("group"u8, entry.Group);
        WriteOptional(json, "rank"u8, entry.Rank);
        WriteOptional(json, "generation"u8, entry.Generation);
        json.WriteNumber("tries"u8, entry.Tries);
        WriteOptional(json, "error"u8, entry.Error);
        WriteOptional(json, "id"u8, entry.Id);
        WriteOptional(json, "requestId"u8, entry.RequestId);
        WriteOptional(json, "trace"u8, entry.TraceId);
        json.WriteEndObject();
        json.Flush();
    }

    // The round-trip format without its seventh digit: one of our own is parsed anew each time.
    private static void WriteTime(Utf8JsonWriter json, DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[28];
        time.UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[26] = (byte)'Z';
        json.WriteString("time"u8, text[..27]);
    }

    private static void WriteSeconds(Utf8JsonWriter json, ReadOnlySpan<byte> name, TimeSpan time)
    {
        Span<byte> text = stackalloc byte[28];
        var microseconds = Microseconds(time);
        Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"{microseconds / 1_000_000}.{microseconds % 1_000_000:D6}", out var length);
        json.WritePropertyName(name);
        json.WriteRawValue(text[..length].TrimEnd((byte)'0').TrimEnd((byte)'.'), skipInputValidation: true);
    }

    private static long Microseconds(TimeSpan time) => (time.Ticks + (TimeSpan.TicksPerMicrosecond / 2)) / TimeSpan.TicksPerMicrosecond;

    private static void WriteOptional(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, Cut(value, LongestField));
        }
    }

    private static void WriteOptional(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static string Cut(string value, int longest) => value.Length > longest ? string.Concat(value.AsSpan(0, longest), "...") : value;

    private static string WithoutQuery(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target[..query];
    }
}
