using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ProxyGroups.ProcessTests.Hosting;

/// <summary>Somebody's ASP.NET Core app in this process, with one group <c>app</c> (the TestWorker) behind <c>/app</c>.</summary>
internal sealed class DropInSite : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DropInSite(WebApplication app)
    {
        _app = app;
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()),
        };
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    /// <param name="settings">More settings, as JSON.</param>
    public static WebApplicationBuilder CreateBuilder(string settings = "{}")
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = TestPaths.CreateFolder() });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var command = string.Join(", ", TestPaths.TestWorker.Append("--socket").Append("{socket}").Select(static word => $"\"{word}\""));
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""
            {
              "ReverseProxy": { "Routes": { "app": { "ClusterId": "app", "Match": { "Path": "/app/{**rest}" }, "Transforms": [ { "PathRemovePrefix": "/app" } ] } } },
              "ProxyGroups": { "ProcessGroups": { "app": { "Command": [ {{command}} ] } } }
            }
            """)));
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(settings)));
        return builder;
    }

    public static async Task<DropInSite> StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
            return new DropInSite(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
