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

        foreach (var field in DistributedContextPropagator.Current.Fields)
        {
            headers.Remove(field);
        }

        Pass(current, headers, static (headers, name, value) => headers.TryAddWithoutValidation(name, value));
    }

    /// <summary>Adds the fields of a trace; returns the names of those that replace a client's own.</summary>
    public static IReadOnlyCollection<string> Pass<THeaders>(Activity current, THeaders headers, Action<THeaders, string, string> add)
        where THeaders : class
    {
        var propagator = DistributedContextPropagator.Current;
        propagator.Inject(current, headers, (carrier, name, value) => add((THeaders)carrier!, name, value));
        return propagator.Fields;
    }
}
