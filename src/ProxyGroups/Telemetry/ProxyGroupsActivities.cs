using System.Diagnostics;

namespace ProxyGroups.Telemetry;

/// <summary>
/// The activity source <c>ProxyGroups</c>: spans of waiting, forwarding and starting a worker. Without a listener there is none, and nothing is allocated.
/// </summary>
internal static class ProxyGroupsActivities
{
    public const string Name = "ProxyGroups";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>Somebody listens.</summary>
    public static bool IsOn => Source.HasListeners();

    /// <summary>A request waits for a slot; none where it gets one at once.</summary>
    public static Activity? StartQueue(string group) => Source.StartActivity("proxygroups.queue")?.SetTag("proxygroups.group", group);

    /// <summary>A request is with a worker, which gets this span's trace context.</summary>
    public static Activity? StartForward(string group, int rank, int generation, int pid, string method) => IsOn
        ? Of(Source.StartActivity("proxygroups.forward", ActivityKind.Client), group, rank, generation)?.SetTag("process.pid", pid).SetTag("http.request.method", method)
        : null;

    /// <summary>A worker starts, until it is ready or has failed. A trace of its own: no request has asked for it alone.</summary>
    public static Activity? StartSpawn(string group, int rank, int generation)
    {
        if (!IsOn)
        {
            return null;
        }

        var around = Activity.Current;
        Activity.Current = null;
        var span = Of(Source.StartActivity("proxygroups.spawn"), group, rank, generation);
        // What is begun meanwhile lives longer than this span.
        Activity.Current = around;
        return span;
    }

    public static void Fail(this Activity? span, string error, string detail)
    {
        span?.SetTag("error.type", error);
        span?.SetStatus(ActivityStatusCode.Error, detail);
    }

    private static Activity? Of(Activity? span, string group, int rank, int generation) =>
        span?.SetTag("proxygroups.group", group).SetTag("proxygroups.rank", rank).SetTag("proxygroups.generation", generation);
}
