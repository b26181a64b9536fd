using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ProxyGroups.Benchmarks.Comparisons;

/// <summary>A worker that costs as little as one on Kestrel can: no routing, one fixed answer. Run as a child process of a group.</summary>
internal static class StaticUpstream
{
    public const string Verb = "serve-static";

    private static readonly byte[] Body = "Hello, world!\n"u8.ToArray();

    public static async Task RunAsync(string socket)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socket, static listen => listen.Protocols = HttpProtocols.Http1));
        await using var app = builder.Build();
        app.Run(static context =>
        {
            context.Response.ContentType = "text/plain";
            context.Response.ContentLength = Body.Length;
            return context.Response.Body.WriteAsync(Body).AsTask();
        });
        await app.RunAsync();
    }
}
