using System.Diagnostics;
using System.Net.Http.Headers;

namespace ProxyGroups.Proxying;

/// <summary>
/// Hands the trace on to the worker (W3C traceparent, tracestate, baggage), so that its spans hang below ours. Where nobody traces, the client's own
/// headers pass as they came.
/// </summary>
internal static class TraceContext
{
    public static void Pass(HttpRequestHeaders headers)
    {
        if (Activity.Current is not { } current)
        {
            return;
        }

        var propagator = DistributedContextPropagator.Current;
        foreach (var field in propagator.Fields)
        {
            headers.Remove(field);
        }

        propagator.Inject(current, headers, static (carrier, name, value) => ((HttpRequestHeaders)carrier!).TryAddWithoutValidation(name, value));
    }
}
