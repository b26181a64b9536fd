using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Model;

namespace ProxyGroups.Host;

/// <summary>
/// For experts: with <c>DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1</c> requests run on the threads that wait for the sockets, one per
/// core, as in nginx: each hand-over to the thread pool wakes a thread, on cores that the workers need. What could keep such a
/// thread goes to the pool after all: requests that no route takes, and the next one after a request that never waited.
/// </summary>
internal static class SocketThreads
{
    private static bool AreUsed { get; } = Environment.GetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS") == "1";

    public static void AddSocketThreads(this IServiceCollection services) =>
        services.Configure<SocketTransportOptions>(static sockets => sockets.UnsafePreferInlineScheduling = AreUsed);

    public static void UseSocketThreads(this WebApplication app)
    {
        if (AreUsed)
        {
            app.Use(static next => context => IsForwarded(context) ? RunAsync(next, context) : RunOnPoolAsync(next, context));
        }
    }

    private static bool IsForwarded(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>() is not null;

    private static Task RunAsync(RequestDelegate next, HttpContext context)
    {
        var request = next(context);
        return request.IsCompletedSuccessfully ? LeaveAsync() : request;
    }

    private static async Task RunOnPoolAsync(RequestDelegate next, HttpContext context)
    {
        await LeaveAsync();
        await next(context);
    }

    private static async Task LeaveAsync() => await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
}
