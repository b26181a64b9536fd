using Microsoft.Extensions.Hosting;

namespace ProxyGroups.Hosting.Systemd;

/// <summary>Whoever connects to a passed socket that nothing listens on would wait for ever; so the start fails instead.</summary>
internal sealed class PassedSocketCheck(PassedSockets sockets) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <exception cref="InvalidOperationException">Some socket is not used.</exception>
    public Task StartedAsync(CancellationToken cancellationToken) => sockets.All.FirstOrDefault(static socket => !socket.IsUsed) is { } idle
        ? throw new InvalidOperationException(
            $"The service manager passed {idle}, and no address of the settings is that one. Add it to Kestrel:Endpoints or urls, "
            + "or remove all addresses from the settings: then every passed socket speaks plain HTTP.")
        : Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
