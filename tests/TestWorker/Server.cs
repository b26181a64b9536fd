using System.Net;
using System.Net.Sockets;

namespace TestWorker;

/// <summary>Accepts connections and hands each request to <see cref="Verbs"/>; counts what is under way.</summary>
internal sealed class Server : IDisposable
{
    private readonly Socket _listener;
    private readonly Verbs _verbs;
    private readonly Counts _counts = new();

    public Server(Options options)
    {
        EndPoint address = options.Socket is { } path ? new UnixDomainSocketEndPoint(path) : new IPEndPoint(IPAddress.Loopback, options.Port);
        _listener = new(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(address);
        _listener.Listen(512);
        _verbs = new(_counts, options.Value("release"), options.Value("answer"));
    }

    public void Dispose() => _listener.Dispose();

    public async Task RunAsync()
    {
        while (true)
        {
            _ = ServeAsync(await _listener.AcceptAsync());
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        using var counted = _counts.Connections.Enter();
        await using var stream = new NetworkStream(connection, ownsSocket: true);
        try
        {
            while (await Request.ReadAsync(stream) is { } request)
            {
                using var running = _counts.Requests.Enter();
                if (!await _verbs.AnswerAsync(request, stream) || request.WantsClose)
                {
                    return;
                }
            }
        }
        catch (IOException)
        {
            // The client went away.
        }
    }
}
