using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ProxyGroups.Hosting.Sockets;
using ProxyGroups.Proxying.Sockets;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Requests on the threads that wait for the sockets.</summary>
public static class ProxyGroupsSocketExtensions
{
    /// <summary>
    /// Has Kestrel and the connections to workers share one socket loop per core: the thread that waits for the sockets itself runs what waited, as
    /// in nginx, instead of waking a thread of the pool for it. A handler that blocks holds its loop up for 30 ms; then another thread takes
    /// the loop over, and the pool runs what comes for 10 s. Long computing belongs on the pool (<c>Task.Run</c>). Kestrel's
    /// <c>SocketTransportOptions</c> hold, but for its thread settings. Without effect where there is no Linux.
    /// </summary>
    public static IServiceCollection AddSocketLoops(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (OperatingSystem.IsLinux())
        {
            services.TryAddSingleton(TimeProvider.System);
            services.AddSingleton(SocketLoops.Shared);
            services.AddSingleton<LoopConnections>();
            services.AddSingleton<IConnectionListenerFactory, LoopTransport>();
        }

        return services;
    }
}
