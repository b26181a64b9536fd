using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ProxyGroups.Hosting;

namespace ProxyGroups.ProcessTests.Hosting;

/// <summary>A program that speaks with the admin socket of a front door.</summary>
internal sealed class AdminSocket : IDisposable
{
    private readonly HttpClient _client;

    public AdminSocket(string path)
    {
        Path = path;
        _client = new HttpClient(new SocketsHttpHandler { ConnectCallback = async (_, cancellationToken) => new NetworkStream(await ConnectAsync(cancellationToken), ownsSocket: true) })
        {
            BaseAddress = new Uri("http://localhost"),
        };
    }

    public string Path { get; }

    public HttpClient Client => _client;

    public static AdminSocket Of(DropInSite site) => new(site.Services.GetRequiredService<ProxyGroupsService>().Directory!.AdminSocketPath);

    public async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path), cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) => _client.GetFromJsonAsync<JsonElement>(path, cancellationToken);

    public async Task<(int Status, JsonElement Answer)> PostAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await _client.PostAsync(path, null, cancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken));
    }

    public void Dispose() => _client.Dispose();
}
