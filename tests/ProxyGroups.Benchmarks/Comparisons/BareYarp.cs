using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ProxyGroups.Benchmarks.Rivals;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace ProxyGroups.Benchmarks.Comparisons;

/// <summary>YARP without us, on the same Unix sockets, as a process of its own.</summary>
internal static class BareYarp
{
    public const string Verb = "serve-yarp";
    public const string AsForwarder = "forwarder";
    public const string AsCluster = "cluster";

    /// <summary>For workers of which each thread serves one connection.</summary>
    public const string AsLimitedCluster = "limited-cluster";

    public static async Task RunAsync(string kind, string[] sockets)
    {
        var builder = LeanServer.CreateBuilder();
        await using var app = kind switch
        {
            AsCluster => BuildCluster(builder, sockets, null),
            AsLimitedCluster => BuildCluster(builder, sockets, WebApp.Threads),
            _ => BuildForwarder(builder, sockets),
        };
        await LeanServer.RunAsync(app);
    }

    private static WebApplication BuildCluster(WebApplicationBuilder builder, string[] sockets, int? connections)
    {
        var destinations = sockets.Select(static (_, number) => $"worker{number}").ToDictionary(static name => name, static name => new DestinationConfig { Address = $"http://{name}" });
        builder.Services.AddReverseProxy()
            .LoadFromMemory(
                [new RouteConfig { RouteId = "app", ClusterId = "app", Match = new RouteMatch { Path = "/{**rest}" } }],
                [new ClusterConfig { ClusterId = "app", Destinations = destinations, HttpClient = new HttpClientConfig { MaxConnectionsPerServer = connections } }])
            .ConfigureHttpClient((_, handler) => handler.ConnectCallback = (context, cancellationToken) =>
                ConnectAsync(sockets[context.DnsEndPoint.Host[^1] - '0'], cancellationToken));
        var app = builder.Build();
        app.MapReverseProxy();
        return app;
    }

    /// <summary>One route and nothing else; requests go to the workers in turn, with the headers that a front door has to send them.</summary>
    private static WebApplication BuildForwarder(WebApplicationBuilder builder, string[] sockets)
    {
        builder.Services.AddReverseProxy();
        var app = builder.Build();
        var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        var workers = sockets.Select(Invoker).ToArray();
        var transformer = app.Services.GetRequiredService<ITransformBuilder>().Create(static transforms =>
        {
            transforms.AddXForwarded(ForwardedTransformActions.Set);
            transforms.AddOriginalHost();
            transforms.AddRequestTransform(static transform =>
            {
                transform.ProxyRequest.Headers.TryAddWithoutValidation("X-Request-Id", transform.HttpContext.TraceIdentifier);
                return ValueTask.CompletedTask;
            });
        });
        var turn = 0;
        app.Map("/{**rest}", async context =>
        {
            var worker = workers[(uint)Interlocked.Increment(ref turn) % workers.Length];
            await forwarder.SendAsync(context, "http://worker", worker, ForwarderRequestConfig.Empty, transformer);
        });
        return app;
    }

    /// <summary>As YARP's own documentation sets it up.</summary>
    private static HttpMessageInvoker Invoker(string socket) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        EnableMultipleHttp2Connections = true,
        ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        ConnectCallback = (_, cancellationToken) => ConnectAsync(socket, cancellationToken),
    });

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
