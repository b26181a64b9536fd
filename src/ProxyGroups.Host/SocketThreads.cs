using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Model;

namespace ProxyGroups.Host;

/// <summary>
/// Requests run on the threads that wait for the sockets, one per core, as in nginx: each hand-over to the thread pool wakes a
/// thread, on cores that the workers need. What could keep such a thread goes to the pool after all: requests that no route
/// takes, and the next one after a request that never waited. <c>DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=0</c> turns it off.
/// </summary>
internal static class SocketThreads
{
    private const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    private static bool AreUsed => Environment.GetEnvironmentVariable(Variable) == "1";

    /// <summary>Before the first socket: .NET looks once.</summary>
    public static void Choose()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            Environment.SetEnvironmentVariable(Variable, "1");
        }
    }

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
