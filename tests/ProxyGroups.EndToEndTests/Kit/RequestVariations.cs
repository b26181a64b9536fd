using System.Text;

namespace ProxyGroups.EndToEndTests.Kit;

/// <summary>Seeded random requests that are legal on the wire and awkward for a proxy. Strings are Latin-1: a char is a byte.</summary>
internal sealed class RequestVariations(int seed)
{
    private static readonly string[] PathPieces =
    [
        "a", "Z9", "-._~", "%2F", "%2f", "%5C", "%25", "%2525", "%20", "+", "%2B", ";v=1", ";a;b", ",", "=", "@", ":", "!$&'()*", "%C3%BC", "%c3%bc", "%E2%82%AC", "%F0%9F%8D%95",
        "%41", "%7E", "~", "%3F", "%23", "|", "[x]", "%5B", "{y}", "^", "`", "\"", "<", "%3C", "\\",
    ];

    private static readonly string[] QueryPieces =
    [
        "a=1", "&", "a=2", "=", "%", "%zz", "%2", "+", "%2B", "%20", "&&", "a", "?", "/", "//", "..", "%26", "%00", "%FF", "%C3%BC", "[]", "{}", "|", "\\", "\"", "'", "<>", "^", "`", ":", "@", ";", ",", "#"[..0],
    ];

    private static readonly string[] Segments = ["", "", ".", "..", "...", "%2e", "%2E%2e", ".a", "a."];

    private readonly Random _random = new(seed);

    public string Path()
    {
        var path = new StringBuilder();
        for (var count = _random.Next(0, 6); count >= 0; count--)
        {
            path.Append('/');
            if (_random.Next(5) == 0)
            {
                path.Append(Pick(Segments));
                continue;
            }

            for (var pieces = _random.Next(0, 5); pieces > 0; pieces--)
            {
                path.Append(Pick(PathPieces));
            }
        }

        return path.ToString();
    }

    public string Query()
    {
        if (_random.Next(3) == 0)
        {
            return string.Empty;
        }

        var query = new StringBuilder("?");
        for (var pieces = _random.Next(0, 9); pieces > 0; pieces--)
        {
            query.Append(Pick(QueryPieces));
        }

        return query.ToString();
    }

    /// <summary>Names and values; names may repeat, values may be empty or hold any byte from 0x20 up.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers()
    {
        var headers = new List<(string, string)>();
        for (var count = _random.Next(0, 8); count > 0; count--)
        {
            headers.Add(($"X-{(char)('A' + _random.Next(6))}{(_random.Next(4) == 0 ? "-b!#$%&'*+.^`|~9" : string.Empty)}", Value()));
        }

        foreach (var (name, value) in new[] { ("Accept", "text/*;q=0.3, */*"), ("Cookie", "a=1; b=\"2\"; c=ü"), ("Referer", "http://x/%zz?ü#f"), ("User-Agent", "curl/8 (ö; +http://x)"), ("Accept-Encoding", "br,gzip;q=0"), ("Via", "1.1 somewhere"), ("Range", "bytes=0-"), ("If-None-Match", "W/\"x\", \"y\""), ("Authorization", "Basic dTpw"), ("Date", "not a date"), ("Origin", "null"), ("Pragma", ""), ("Cache-Control", "no-cache") })
        {
            if (_random.Next(6) == 0)
            {
                headers.Add((name, value));
            }
        }

        return headers;
    }

    public byte[]? Body()
    {
        if (_random.Next(3) > 0)
        {
            return null;
        }

        var body = new byte[_random.Next(4) == 0 ? 0 : _random.Next(1, 3000)];
        _random.NextBytes(body);
        return body;
    }

    public bool Flip() => _random.Next(2) == 0;

    public T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    private string Value()
    {
        var value = new StringBuilder();
        for (var count = _random.Next(0, 20); count > 0; count--)
        {
            value.Append((char)_random.Next(0x20, 0x100));
        }

        return value.Replace("\u007f", "x").ToString().Trim(' ');
    }
}
