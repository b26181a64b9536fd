using System.Collections.Concurrent;
using System.Net;

namespace ProxyGroups.Benchmarks.Load;

/// <summary>As many keep-alive connections as are needed at once.</summary>
internal sealed class Clients(IPEndPoint server, TimeSpan? patience = null) : IDisposable
{
    private readonly ConcurrentBag<HttpConnection> _idle = [];

    public async Task<Answer> SendAsync(ReadOnlyMemory<byte> request)
    {
        if (!_idle.TryTake(out var connection))
        {
            connection = new HttpConnection(server);
        }

        using var limit = patience is { } time ? new CancellationTokenSource(time, TimeProvider.System) : null;
        var answer = await connection.SendAsync(request, limit?.Token ?? CancellationToken.None);
        _idle.Add(connection);
        return answer;
    }

    public void Dispose()
    {
        foreach (var connection in _idle)
        {
            connection.Dispose();
        }
    }
}
