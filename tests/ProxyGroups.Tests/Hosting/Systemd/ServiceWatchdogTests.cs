using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using ProxyGroups.Hosting.Systemd;

namespace ProxyGroups.Tests.Hosting.Systemd;

/// <summary>Real sockets: one plays the service manager, one the server.</summary>
public sealed class ServiceWatchdogTests : IServer, IServerAddressesFeature, ILogger<ServiceWatchdog>
{
    private readonly Socket _manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource<string> _logged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ServiceWatchdog _watchdog;

    public ServiceWatchdogTests()
    {
        var name = $"proxygroups-{Guid.NewGuid():N}";
        _manager.Bind(new UnixDomainSocketEndPoint('\0' + name));
        _listener.Start();
        Addresses.Add($"http://{_listener.LocalEndpoint}");
        Features.Set<IServerAddressesFeature>(this);
        _watchdog = new ServiceWatchdog(TimeSpan.FromSeconds(1), new ServiceNotifier('@' + name), this, this, TimeProvider.System);
    }

    public IFeatureCollection Features { get; } = new FeatureCollection();

    public ICollection<string> Addresses { get; } = [];

    public bool PreferHostingUrls { get; set; }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_does_not_answer_gives_no_sign_of_life_until_it_does()
    {
        await _watchdog.StartAsync(TestContext.Current.CancellationToken);
        Assert.Contains("has not answered a connection of our own for 0.25 s", await _logged.Task, StringComparison.Ordinal);
        Assert.Equal(0, _manager.Available);

        _ = AnswerAsync(TestContext.Current.CancellationToken);
        var beat = new byte[100];
        Assert.Equal("WATCHDOG=1", Encoding.UTF8.GetString(beat, 0, await _manager.ReceiveAsync(beat, TestContext.Current.CancellationToken)));
    }

    public void Dispose()
    {
        _watchdog.Dispose();
        _listener.Dispose();
        _manager.Dispose();
    }

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _logged.TrySetResult(formatter(state, exception));

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    Task IServer.StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken) => Task.CompletedTask;

    Task IServer.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var connection = await _listener.AcceptSocketAsync(cancellationToken);
            await connection.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), cancellationToken);
        }
    }
}
