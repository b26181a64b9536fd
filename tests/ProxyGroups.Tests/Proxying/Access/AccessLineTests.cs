using System.Text;
using System.Text.Json;
using ProxyGroups.Configuration;
using ProxyGroups.Proxying.Access;

namespace ProxyGroups.Tests.Proxying.Access;

public sealed class AccessLineTests
{
    private static readonly AccessEntry Entry = new()
    {
        Time = new DateTimeOffset(2026, 11, 25, 3, 4, 5, 678, TimeSpan.Zero),
        Client = "192.0.2.7",
        Method = "GET",
        Target = "/shop?token=abc",
        Protocol = "HTTP/1.1",
        Host = "shop.example.com",
        Referer = "https://shop.example.com/?secret=1",
        UserAgent = "Mozilla/5.0",
        Status = 200,
        Bytes = 1234,
        Duration = TimeSpan.FromMilliseconds(15.5),
        Queue = TimeSpan.FromMilliseconds(3),
        Service = TimeSpan.FromMilliseconds(12),
        Group = "shop",
        Rank = 1,
        Generation = 2,
        Tries = 1,
        Id = "0HN:1",
    };

    private static readonly AccessEntry Refused = Entry with
    {
        Client = null, User = "jo doe", Status = 503, Bytes = 0, Rank = null, Generation = null, Service = TimeSpan.Zero, Error = "QueueFull", Referer = null, UserAgent = null, RequestId = "r 1", TraceId = "0af7651916cd43dd8448eb211c80319c",
    };

    [Fact]
    public void Common_and_combined_are_Apaches_with_our_fields_behind()
    {
        Assert.Equal(
            """192.0.2.7 - - [25/Nov/2026:03:04:05 +0000] "GET /shop?token=abc HTTP/1.1" 200 1234 group=shop rank=1 generation=2 tries=1 queue=0.003000 service=0.012000 total=0.015500 error=- id=0HN:1""",
            Line(Entry, AccessLogFormat.Common));
        Assert.Equal(
            """192.0.2.7 - - [25/Nov/2026:03:04:05 +0000] "GET /shop?token=abc HTTP/1.1" 200 1234 "https://shop.example.com/?secret=1" "Mozilla/5.0" group=shop rank=1 generation=2 tries=1 queue=0.003000 service=0.012000 total=0.015500 error=- id=0HN:1""",
            Line(Entry, AccessLogFormat.Combined));
        Assert.Equal(
            """- - jo\x20doe [25/Nov/2026:03:04:05 +0000] "GET /shop?token=abc HTTP/1.1" 503 - "-" "-" group=shop rank=- generation=- tries=1 queue=0.003000 service=0.000000 total=0.015500 error=QueueFull id=0HN:1 request-id="r 1" trace=0af7651916cd43dd8448eb211c80319c""",
            Line(Refused, AccessLogFormat.Combined));
    }

    [Fact]
    public void Json_has_a_field_for_each_fact_and_none_for_what_is_not()
    {
        Assert.Equal(
            """{"time":"2026-11-25T03:04:05.678000Z","client":"192.0.2.7","method":"GET","target":"/shop?token=abc","protocol":"HTTP/1.1","host":"shop.example.com","referer":"https://shop.example.com/?secret=1","userAgent":"Mozilla/5.0","status":200,"bytes":1234,"total":0.0155,"queue":0.003,"service":0.012,"group":"shop","rank":1,"generation":2,"tries":1,"id":"0HN:1"}""",
            Line(Entry, AccessLogFormat.Json));
        using var refused = JsonDocument.Parse(Line(Refused, AccessLogFormat.Json));
        Assert.Equal("QueueFull", refused.RootElement.GetProperty("error").GetString());
        Assert.False(refused.RootElement.TryGetProperty("rank", out _));
    }

    [Fact]
    public void Each_line_has_its_own_times()
    {
        var later = Entry with { Time = Entry.Time.AddSeconds(60).AddTicks(1239), Duration = TimeSpan.FromSeconds(100), Queue = TimeSpan.FromTicks(14), Service = TimeSpan.FromTicks(15) };
        Assert.EndsWith("queue=0.000001 service=0.000002 total=100.000000 error=- id=0HN:1", Line(later, AccessLogFormat.Common), StringComparison.Ordinal);
        Assert.Contains("\"time\":\"2026-11-25T03:05:05.678123Z\"", Line(later, AccessLogFormat.Json), StringComparison.Ordinal);
        Assert.Contains("\"total\":100,\"queue\":0.000001,\"service\":0.000002,", Line(later, AccessLogFormat.Json), StringComparison.Ordinal);
        var writer = new AccessLine();
        var lines = new[] { Entry, Entry, later }.Select(entry => Encoding.UTF8.GetString(writer.Write(entry, AccessLogFormat.Common, hasQuery: true)));
        Assert.Equal(["[25/Nov/2026:03:04:05", "[25/Nov/2026:03:04:05", "[25/Nov/2026:03:05:05"], lines.Select(static line => line.Split(' ')[3]));
    }

    [Fact]
    public void An_upgraded_connection_shows_the_bytes_of_both_ways()
    {
        var entry = Entry with { Status = 101, Bytes = 7_000_000_000, Received = 0, RequestId = "mine" };
        Assert.Contains(" 101 7000000000 ", Line(entry, AccessLogFormat.Common), StringComparison.Ordinal);
        Assert.EndsWith("error=- id=0HN:1 received=0 request-id=\"mine\"", Line(entry, AccessLogFormat.Combined), StringComparison.Ordinal);
        Assert.Contains(",\"bytes\":7000000000,\"received\":0,", Line(entry, AccessLogFormat.Json), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AccessLogFormat.Combined)]
    [InlineData(AccessLogFormat.Json)]
    public void Queries_can_be_left_out_everywhere(AccessLogFormat format)
    {
        var line = Line(Entry, format, hasQuery: false);
        Assert.DoesNotContain("token", line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
        Assert.Contains("/shop", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AccessLogFormat.Common)]
    [InlineData(AccessLogFormat.Combined)]
    [InlineData(AccessLogFormat.Json)]
    public void Nothing_that_a_client_sends_ends_a_line_or_reaches_a_terminal(AccessLogFormat format)
    {
        var all = string.Concat(Enumerable.Range(0, 0x300).Append(0x2028).Append(0xd800).Select(static code => (char)code));
        var line = Line(Entry with { User = all, Target = all, Host = all, Referer = all, UserAgent = all, RequestId = all, Method = all, Id = all }, format);
        Assert.All(line, static next => Assert.InRange(next, ' ', '~'));
        if (format != AccessLogFormat.Json)
        {
            // Blanks outside of quotes divide fields, and an unescaped quote ends one.
            Assert.Equal(0, line.Replace("\\\\", "", StringComparison.Ordinal).Replace("\\\"", "", StringComparison.Ordinal).Count(static next => next == '"') % 2);
            return;
        }

        using var read = JsonDocument.Parse(line);
        Assert.StartsWith(all[..0x300], read.RootElement.GetProperty("userAgent").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_read_as_it_was_sent_and_half_a_character_harms_no_reader()
    {
        var text = "caf\u00e9 \"\\ \ud83d\ude00 <b>'+&";
        Assert.Equal(text, UserAgentOf(text));
        Assert.Equal("a\ufffd\ufffdb", UserAgentOf("a\ude00\ud83db"));
        Assert.Equal(new string('x', 1023) + "\ufffd...", UserAgentOf(new string('x', 1023) + "\ud83d\ude00"));
    }

    [Theory]
    [InlineData(AccessLogFormat.Combined)]
    [InlineData(AccessLogFormat.Json)]
    public void A_line_fits_into_the_smallest_file(AccessLogFormat format)
    {
        var endless = new string('\u0001', 100_000);
        Assert.InRange(Line(Entry with { User = endless, Target = endless, Host = endless, Referer = endless, UserAgent = endless, RequestId = endless, Method = endless, Id = endless }, format).Length, 1, 65_535);
    }

    private static string? UserAgentOf(string text)
    {
        using var read = JsonDocument.Parse(Line(Entry with { UserAgent = text }, AccessLogFormat.Json));
        return read.RootElement.GetProperty("userAgent").GetString();
    }

    private static string Line(AccessEntry entry, AccessLogFormat format, bool hasQuery = true)
    {
        var writer = new AccessLine();
        var line = Encoding.UTF8.GetString(writer.Write(entry, format, hasQuery));
        Assert.EndsWith("\n", line, StringComparison.Ordinal);
        return line[..^1];
    }
}
