using System.Net;
using System.Net.Sockets;

namespace ProxyGroups.Tests.Proxying.Transport;

/// <summary>A worker whose every byte the test decides, on a real Unix socket.</summary>
internal sealed class FakeWorker : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("pg");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public FakeWorker(int backlog = 64)
    {
        Endpoint = new UnixDomainSocketEndPoint(Path.Combine(_directory.FullName, "w"));
        _listener.Bind(Endpoint);
        _listener.Listen(backlog);
    }

    public EndPoint Endpoint { get; }

    public async Task<FakeConnection> AcceptAsync(CancellationToken ct) => new(await _listener.AcceptAsync(ct));

    /// <summary>Serves every connection with the same script until disposed.</summary>
    public Task ServeAsync(Func<FakeConnection, Task> script, CancellationToken ct) => Task.Run(
        async () =>
        {
            while (!ct.IsCancellationRequested)
            {
                var connection = await AcceptAsync(ct);
                _ = Task.Run(() => RunAsync(connection, script), ct);
            }
        },
        ct);

    public void Dispose()
    {
        _listener.Dispose();
        if (Directory.Exists(_directory.FullName))
        {
            _directory.Delete(recursive: true);
        }
    }

    private static async Task RunAsync(FakeConnection connection, Func<FakeConnection, Task> script)
    {
        try
        {
            await script(connection);
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException or OperationCanceledException or ObjectDisposedException)
        {
        }
        finally
        {
            connection.Dispose();
        }
    }
}
