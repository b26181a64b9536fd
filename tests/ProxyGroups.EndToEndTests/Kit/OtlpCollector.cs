using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ProxyGroups.EndToEndTests.Kit;

/// <summary>Takes OTLP over HTTP as a collector does, and keeps the protobuf messages: texts and ids stand in them as they are.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Path, byte[] Message)> _messages = new();
    private readonly WebApplication _app;

    private OtlpCollector(WebApplication app)
    {
        _app = app;
        app.MapPost("/{**path}", TakeAsync);
    }

    public string Address => _app.Urls.First();

    public static async Task<OtlpCollector> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = new OtlpCollector(builder.Build());
        await collector._app.StartAsync(cancellationToken);
        return collector;
    }

    /// <summary>Waits for a message of one signal that holds all of these: texts, or bytes.</summary>
    public async Task WaitForAsync(string path, CancellationToken cancellationToken, params object[] parts)
    {
        while (!Has(path, parts))
        {
            await Poll.PauseAsync(cancellationToken);
        }
    }

    public bool Has(string path, params object[] parts) => _messages.Any(message => message.Path == path && parts.All(part =>
        message.Message.AsSpan().IndexOf(part as byte[] ?? Encoding.UTF8.GetBytes((string)part)) >= 0));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var message = new MemoryStream();
        await context.Request.Body.CopyToAsync(message, context.RequestAborted);
        _messages.Enqueue((context.Request.Path, message.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }
}
