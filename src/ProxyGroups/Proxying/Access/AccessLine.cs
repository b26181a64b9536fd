using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
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

    private readonly StringBuilder _text = new(512);

    public void Write(AccessEntry entry, AccessLogFormat format, bool hasQuery, ArrayBufferWriter<byte> output)
    {
        if (!hasQuery)
        {
            entry = entry with { Target = WithoutQuery(entry.Target), Referer = entry.Referer is { } referer ? WithoutQuery(referer) : null };
        }

        if (format == AccessLogFormat.Json)
        {
            WriteJson(entry, output);
        }
        else
        {
            WriteText(entry, format == AccessLogFormat.Combined, output);
        }

        output.Write("\n"u8);
    }

    private void WriteText(AccessEntry entry, bool isCombined, ArrayBufferWriter<byte> output)
    {
        _text.Clear();
        AppendWord(entry.Client);
        _text.Append(" - ");
        AppendWord(entry.User);
        _text.Append(CultureInfo.InvariantCulture, $" [{entry.Time:dd/MMM/yyyy:HH:mm:ss} +0000] \"");
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
        Encoding.ASCII.GetBytes(_text.ToString(), output);
    }

    private void AppendOurs(AccessEntry entry)
    {
        _text.Append(CultureInfo.InvariantCulture, $" group={entry.Group} rank={Number(entry.Rank)} generation={Number(entry.Generation)} tries={entry.Tries}");
        _text.Append(CultureInfo.InvariantCulture, $" queue={entry.Queue.TotalSeconds:0.000000} service={entry.Service.TotalSeconds:0.000000} total={entry.Duration.TotalSeconds:0.000000}");
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
        foreach (var next in value.AsSpan(0, Math.Min(value.Length, longest)))
        {
            if (next is '"' or '\\')
            {
                _text.Append('\\').Append(next);
            }
            else if (next is >= ' ' and <= '~')
            {
                _text.Append(next);
            }
            else
            {
                _text.Append(next <= 0xff ? "\\x" : "\\u").Append(((int)next).ToString(next <= 0xff ? "x2" : "x4", CultureInfo.InvariantCulture));
            }
        }

        _text.Append(value.Length > longest ? "..." : string.Empty);
    }

    private static void WriteJson(AccessEntry entry, ArrayBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("time", entry.Time.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture));
        WriteOptional(json, "client", entry.Client);
        WriteOptional(json, "user", entry.User);
        json.WriteString("method", Cut(entry.Method, LongestField));
        json.WriteString("target", Cut(entry.Target, LongestTarget));
        json.WriteString("protocol", entry.Protocol);
        WriteOptional(json, "host", entry.Host);
        WriteOptional(json, "referer", entry.Referer);
        WriteOptional(json, "userAgent", entry.UserAgent);
        json.WriteNumber("status", entry.Status);
        json.WriteNumber("bytes", entry.Bytes);
        WriteOptional(json, "received", entry.Received);
        WriteSeconds(json, "total", entry.Duration);
        WriteSeconds(json, "queue", entry.Queue);
        WriteSeconds(json, "service", entry.Service);
        json.WriteString("group", entry.Group);
        WriteOptional(json, "rank", entry.Rank);
        WriteOptional(json, "generation", entry.Generation);
        json.WriteNumber("tries", entry.Tries);
        WriteOptional(json, "error", entry.Error);
        WriteOptional(json, "id", entry.Id);
        WriteOptional(json, "requestId", entry.RequestId);
        WriteOptional(json, "trace", entry.TraceId);
        json.WriteEndObject();
    }

    private static void WriteSeconds(Utf8JsonWriter json, string name, TimeSpan time) => json.WriteNumber(name, Math.Round((decimal)time.Ticks / TimeSpan.TicksPerSecond, 6));

    private static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, Cut(value, LongestField));
        }
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, long? value)
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
