using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ProxyGroups.Supervision;

/// <summary>
/// One look at whether a worker serves: connect, check whose listener it is, send a small GET, read the status line.
/// Any status below 500 counts. Without a path the connection alone counts. The connection never outlives the check.
/// </summary>
internal sealed class HttpCheck(WorkerEndpoint endpoint, string? path, Func<Socket, string?> describeForeignListener, TimeProvider time)
{
    /// <summary>Long enough for an app's slow first page: a repeated check would only queue behind the first.</summary>
    public static readonly TimeSpan TryTimeout = TimeSpan.FromSeconds(10);

    private const int MaxStatusLine = 1024;

    public async ValueTask<HttpCheckResult> TryAsync(CancellationToken cancellationToken)
    {
        if (endpoint.SocketPath is { } socketPath && !File.Exists(socketPath))
        {
            return new(HttpCheckOutcome.NotListening, "it has not created its socket");
        }

        using var timeout = new CancellationTokenSource(TryTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await TryOnceAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(HttpCheckOutcome.NoAnswer, $"it accepted a connection but did not answer within {TryTimeout.TotalSeconds:0} s");
        }
    }

    private async Task<HttpCheckResult> TryOnceAsync(CancellationToken cancellationToken)
    {
        var address = endpoint.ToEndPoint();
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
        }
        catch (SocketException exception)
        {
            return new(HttpCheckOutcome.NotListening, $"it does not accept connections ({exception.SocketErrorCode})");
        }

        return describeForeignListener(socket) is { } foreign ? new(HttpCheckOutcome.ForeignListener, foreign)
            : path is null ? new(HttpCheckOutcome.Ready, "it accepts connections")
            : await AskAsync(socket, path, cancellationToken);
    }

    private static async Task<HttpCheckResult> AskAsync(Socket socket, string path, CancellationToken cancellationToken)
    {
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ProxyGroups\r\nConnection: close\r\n\r\n"), cancellationToken);
            return Judge(await ReadStatusLineAsync(socket, cancellationToken));
        }
        catch (SocketException exception)
        {
            return new(HttpCheckOutcome.NoAnswer, $"it broke the connection ({exception.SocketErrorCode})");
        }
    }

    private static async Task<string> ReadStatusLineAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxStatusLine];
        var length = 0;
        while (length < buffer.Length && !buffer.AsSpan(0, length).Contains((byte)'\n')
            && await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken) is var count and > 0)
        {
            length += count;
        }

        return Encoding.Latin1.GetString(buffer, 0, length).Split('\n')[0].TrimEnd('\r');
    }

    internal static HttpCheckResult Judge(string statusLine)
    {
        var isHttp = statusLine.StartsWith("HTTP/1.", StringComparison.Ordinal) && statusLine.Length >= 12 && statusLine[8] is ' ';
        return statusLine.Length is 0 ? new(HttpCheckOutcome.NoAnswer, "it closed the connection without an answer")
            : !isHttp || !int.TryParse(statusLine.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
                ? new(HttpCheckOutcome.NotHttp, "its answer is not HTTP")
            : status >= 500 ? new(HttpCheckOutcome.ServerError, $"it answers with status {status}")
            : new(HttpCheckOutcome.Ready, $"it answers with status {status}");
    }
}
