using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ProxyGroups.EndToEndTests.Kit;

/// <summary>A client that sends the very bytes it is given and shows the very bytes that come back. Strings are Latin-1.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[65536];
    private int _start;
    private int _end;

    public static async Task<RawClient> ConnectAsync(Uri address, CancellationToken cancellationToken)
    {
        var client = new RawClient();
        await client._socket.ConnectAsync(address.Host, address.Port, cancellationToken);
        return client;
    }

    /// <summary>One request on a connection of its own.</summary>
    public static async Task<RawResponse> AskAsync(Uri address, string request, CancellationToken cancellationToken)
    {
        using var client = await ConnectAsync(address, cancellationToken);
        await client.SendAsync(request, cancellationToken);
        return await client.ReceiveAsync(cancellationToken, isHead: request.StartsWith("HEAD ", StringComparison.Ordinal));
    }

    public Task SendAsync(string text, CancellationToken cancellationToken) => SendAsync(Encoding.Latin1.GetBytes(text), cancellationToken);

    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await _socket.SendAsync(bytes, cancellationToken)..];
        }
    }

    /// <summary>No more will be sent; answers still come.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Leaves as a crashed client does: with a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>One whole answer; interim ones (1xx but 101) are skipped.</summary>
    public async Task<RawResponse> ReceiveAsync(CancellationToken cancellationToken, bool isHead = false)
    {
        var response = await ReceiveHeadAsync(cancellationToken);
        while (response.Status is >= 100 and < 200 and not 101)
        {
            response = await ReceiveHeadAsync(cancellationToken);
        }

        if (isHead || response.Status is 204 or 304 or 101)
        {
            return response;
        }

        if (string.Equals(response.Header("Transfer-Encoding"), "chunked", StringComparison.OrdinalIgnoreCase))
        {
            return await ReceiveChunksAsync(response, cancellationToken);
        }

        return response.Header("Content-Length") is { } length
            ? response with { Body = await ReadAsync(int.Parse(length, CultureInfo.InvariantCulture), cancellationToken) }
            : response with { Body = await ReadToEndAsync(cancellationToken) };
    }

    public async Task<RawResponse> ReceiveHeadAsync(CancellationToken cancellationToken)
    {
        var first = await ReadLineAsync(cancellationToken);
        var headers = await ReadFieldsAsync(cancellationToken);
        var words = first.Split(' ', 3);
        return new RawResponse(int.Parse(words[1], CultureInfo.InvariantCulture), words.Length > 2 ? words[2] : string.Empty, headers, [], []);
    }

    /// <summary>Everything until the end of the connection.</summary>
    /// <exception cref="IOException">The connection was reset.</exception>
    public async Task<byte[]> ReadToEndAsync(CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        while (_start < _end || await FillAsync(cancellationToken))
        {
            await all.WriteAsync(_buffer.AsMemory(_start, _end - _start), cancellationToken);
            _start = _end;
        }

        return all.ToArray();
    }

    public async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_start == _end && !await FillAsync(cancellationToken))
            {
                throw new IOException($"The connection ended within a line: {line}");
            }

            var next = (char)_buffer[_start++];
            if (next == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append(next);
        }
    }

    public async Task<byte[]> ReadAsync(int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        for (var count = 0; count < length;)
        {
            if (_start == _end && !await FillAsync(cancellationToken))
            {
                throw new IOException($"The connection ended after {count} of {length} bytes.");
            }

            var part = Math.Min(length - count, _end - _start);
            _buffer.AsSpan(_start, part).CopyTo(bytes.AsSpan(count));
            (_start, count) = (_start + part, count + part);
        }

        return bytes;
    }

    /// <summary>Whatever comes next, thrown away.</summary>
    public async Task ReceiveSomeAsync(CancellationToken cancellationToken)
    {
        _start = _end;
        if (!await FillAsync(cancellationToken))
        {
            throw new IOException("The connection ended.");
        }
    }

    private async Task<RawResponse> ReceiveChunksAsync(RawResponse head, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        while (int.Parse((await ReadLineAsync(cancellationToken)).Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture) is var size and > 0)
        {
            await body.WriteAsync(await ReadAsync(size, cancellationToken), cancellationToken);
            await ReadLineAsync(cancellationToken);
        }

        return head with { Body = body.ToArray(), Trailers = await ReadFieldsAsync(cancellationToken) };
    }

    private async Task<IReadOnlyList<(string Name, string Value)>> ReadFieldsAsync(CancellationToken cancellationToken)
    {
        var fields = new List<(string, string)>();
        while (await ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            fields.Add((line[..colon], line[(colon + 1)..].Trim(' ')));
        }

        return fields;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        try
        {
            (_start, _end) = (0, await _socket.ReceiveAsync(_buffer, cancellationToken));
            return _end > 0;
        }
        catch (SocketException exception)
        {
            throw new IOException("The connection was reset.", exception);
        }
    }
}
