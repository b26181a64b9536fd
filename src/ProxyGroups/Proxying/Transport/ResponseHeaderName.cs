using System.Buffers;
using System.Text;

namespace ProxyGroups.Proxying.Transport;

/// <summary>A response header's name and role. The common names are looked up without allocating.</summary>
internal readonly record struct ResponseHeaderName(string Text, HeaderRole Role)
{
    private const int Buckets = 256;

    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create(Encoding.ASCII.GetBytes(HttpToken.Characters));

    private static readonly ResponseHeaderName[]?[] Known = Index();

    /// <summary>False when the bytes are no header name, a space before the colon included (RFC 9112 5.1).</summary>
    public static bool TryFind(ReadOnlySpan<byte> bytes, out ResponseHeaderName name)
    {
        if (bytes.IsEmpty)
        {
            name = default;
            return false;
        }

        foreach (var candidate in Known[Hash(bytes.Length, bytes[0], bytes[^1])] ?? [])
        {
            if (Ascii.EqualsIgnoreCase(bytes, candidate.Text))
            {
                name = candidate;
                return true;
            }
        }

        if (bytes.ContainsAnyExcept(TokenBytes))
        {
            name = default;
            return false;
        }

        name = new ResponseHeaderName(Encoding.ASCII.GetString(bytes), HeaderRole.Plain);
        return true;
    }

    private static int Hash(int length, int first, int last) => ((length * 17) + ((first | 0x20) * 31) + (last | 0x20)) % Buckets;

    private static ResponseHeaderName[]?[] Index()
    {
        var buckets = new ResponseHeaderName[]?[Buckets];
        foreach (var name in All())
        {
            var hash = Hash(name.Text.Length, name.Text[0], name.Text[^1]);
            buckets[hash] = [.. buckets[hash] ?? [], name];
        }

        return buckets;
    }

    private static IEnumerable<ResponseHeaderName> All()
    {
        yield return new("Content-Length", HeaderRole.ContentLength);
        yield return new("Transfer-Encoding", HeaderRole.TransferEncoding);
        yield return new("Connection", HeaderRole.Connection);
        yield return new("Keep-Alive", HeaderRole.KeepAlive);
        string[] content =
        [
            "Allow", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Location", "Content-MD5",
            "Content-Range", "Content-Type", "Expires", "Last-Modified",
        ];
        string[] plain =
        [
            "Accept-Ranges", "Access-Control-Allow-Credentials", "Access-Control-Allow-Headers", "Access-Control-Allow-Methods",
            "Access-Control-Allow-Origin", "Age", "Cache-Control", "Content-Security-Policy", "Cross-Origin-Opener-Policy", "Date",
            "ETag", "Link", "Location", "Pragma", "Referrer-Policy", "Retry-After", "Sec-WebSocket-Accept", "Server", "Set-Cookie",
            "Strict-Transport-Security", "Trailer", "Upgrade", "Vary", "Via", "WWW-Authenticate", "X-Content-Type-Options",
            "X-Frame-Options", "X-Powered-By", "X-Request-ID", "X-XSS-Protection",
        ];
        foreach (var text in content)
        {
            yield return new(text, HeaderRole.Content);
        }

        foreach (var text in plain)
        {
            yield return new(text, HeaderRole.Plain);
        }
    }
}
