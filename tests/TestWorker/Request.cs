using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace TestWorker;

/// <summary>The head of one request, read byte-exact; the body stays on the wire until <see cref="ReadBodyAsync"/>.</summary>
internal sealed class Request
{
    private readonly NetworkStream _stream;
    private readonly string[] _lines;

    private Request(NetworkStream stream, string[] lines)
    {
        _stream = stream;
        _lines = lines;
        var words = lines[0].Split(' ');
        Method = words[0];
        Target = words.Length > 1 ? words[1] : "/";
    }

    public string Method { get; }

    public string Target { get; }

    public string Path => Target.Split('?')[0];

    public IEnumerable<string> Headers => _lines.Skip(1);

    public bool WantsClose => string.Equals(Header("Connection"), "close", StringComparison.OrdinalIgnoreCase);

    public int Query(string name, int otherwise) =>
        Target.Split('?', '&').FirstOrDefault(part => part.StartsWith(name + '=', StringComparison.Ordinal)) is { } part
            ? int.Parse(part[(name.Length + 1)..], CultureInfo.InvariantCulture)
            : otherwise;

    /// <summary>Null at the end of the connection.</summary>
    public static async Task<Request?> ReadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        while (head.Length < 4 || head.ToString(head.Length - 4, 4) != "\r\n\r\n")
        {
            var next = new byte[1];
            if (await stream.ReadAsync(next) is 0)
            {
                return null;
            }

            head.Append((char)next[0]);
        }

        return new(stream, head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
    }

    public string? Header(string name) =>
        Headers.FirstOrDefault(line => line.StartsWith(name + ':', StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();

    /// <summary>Reads the body to its end and tells its length.</summary>
    public async Task<long> ReadBodyAsync() =>
        string.Equals(Header("Transfer-Encoding"), "chunked", StringComparison.OrdinalIgnoreCase)
            ? await ReadChunksAsync()
            : await SkipAsync(long.Parse(Header("Content-Length") ?? "0", CultureInfo.InvariantCulture));

    private async Task<long> ReadChunksAsync()
    {
        var total = 0L;
        while (long.Parse(await ReadLineAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is var size and > 0)
        {
            total += await SkipAsync(size);
            await ReadLineAsync();
        }

        await ReadLineAsync();
        return total;
    }

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        var next = new byte[1];
        while (await _stream.ReadAsync(next) > 0 && next[0] is not (byte)'\n')
        {
            line.Append((char)next[0]);
        }

        return line.ToString().TrimEnd('\r');
    }

    private async Task<long> SkipAsync(long length)
    {
        var buffer = new byte[65536];
        var left = length;
        while (left > 0 && await _stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length))) is var count and > 0)
        {
            left -= count;
        }

        return length - left;
    }
}
