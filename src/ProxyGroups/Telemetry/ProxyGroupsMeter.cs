using System.Diagnostics.Metrics;

namespace ProxyGroups.Telemetry;

/// <summary>The meter <c>ProxyGroups</c>. Labels are bounded: group and cause, never a pid or a path.</summary>
internal sealed class ProxyGroupsMeter
{
    public const string Name = "ProxyGroups";

    private const string Group = "proxygroups.group";

    private readonly Meter _meter;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _retries;

    public ProxyGroupsMeter(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _failures = _meter.CreateCounter<long>("proxygroups.request.failures", "{request}", "Requests that their app did not answer, by cause.");
        _retries = _meter.CreateCounter<long>("proxygroups.request.retries", "{request}", "Requests that met a second worker.");
    }

    public void CountFailure(string group, string cause) => _failures.Add(1, new(Group, group), new("error.type", cause));

    public void CountRetry(string group) => _retries.Add(1, new KeyValuePair<string, object?>(Group, group));

    public void ObserveGroups(Func<IEnumerable<Measurement<int>>> queued, Func<IEnumerable<Measurement<int>>> busy)
    {
        _meter.CreateObservableUpDownCounter("proxygroups.queue.length", queued, "{request}", "Requests that wait for a slot.");
        _meter.CreateObservableUpDownCounter("proxygroups.slots.busy", busy, "{slot}", "Slots that are held.");
    }
}
