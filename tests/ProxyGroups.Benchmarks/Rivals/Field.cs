using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>All servers with one app, side by side.</summary>
internal sealed class Field : IAsyncDisposable
{
    private const int WarmUpConnections = 64;
    private readonly List<RunningServer> _servers = [];

    private Field()
    {
    }

    /// <summary>In the order of the rivals.</summary>
    public IReadOnlyList<RunningServer> Servers => _servers;

    /// <param name="warmUp">Load on each before it counts.</param>
    /// <exception cref="InvalidOperationException">One does not answer; the others have been ended.</exception>
    public static async Task<Field> StartAsync(IReadOnlyList<IRival> rivals, WebApp app, TimeSpan warmUp, Report report)
    {
        var field = new Field();
        try
        {
            foreach (var rival in rivals)
            {
                report.Note($"starting {rival.Name} with {app.Module} ...");
                field._servers.Add(await rival.StartAsync(app));
            }

            foreach (var server in field._servers)
            {
                await Wrk.MeasureAsync(server.Address, WarmUpConnections, warmUp, []);
            }

            return field;
        }
        catch
        {
            await field.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }
}
