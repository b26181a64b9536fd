using System.Net.Sockets;

namespace ProxyGroups.Benchmarks.Transport;

/// <summary>The cheapest possible worker: a blocking thread per connection that answers each head with the same bytes.</summary>
internal sealed class StaticWorker : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly byte[] _answer;

    public StaticWorker(string path, int bodyBytes)
    {
        _answer = [.. "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nServer: static\r\nContent-Length: "u8,
            .. System.Text.Encoding.ASCII.GetBytes($"{bodyBytes}\r\n\r\n{new string('x', bodyBytes)}")];
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(512);
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public void Dispose() => _listener.Dispose();

    private void Accept()
    {
        try
        {
            while (true)
            {
                var socket = _listener.Accept();
                new Thread(() => Serve(socket), 128 << 10) { IsBackground = true }.Start();
            }
        }
        catch (SocketException)
        {
        }
    }

    private void Serve(Socket socket)
    {
        var buffer = new byte[16 << 10];
        while (socket.Receive(buffer) > 0)
        {
            socket.Send(_answer);
        }
    }
}
