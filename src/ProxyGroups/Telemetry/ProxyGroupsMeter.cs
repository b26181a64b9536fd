using System.Diagnostics.Metrics;

namespace ProxyGroups.Telemetry;

/// <summary>The meter <c>ProxyGroups</c>. Labels are bounded: group and outcome, never a pid or a path.</summary>
internal sealed class ProxyGroupsMeter
{
    public const string Name = "ProxyGroups";

    private readonly Counter<long> _failures;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _exits;

    public ProxyGroupsMeter(IMeterFactory meters)
    {
        Meter = meters.Create(Name);
        _failures = Meter.CreateCounter<long>("proxygroups.request.failures", "{request}", "Requests that their app did not answer, by cause.");
        _retries = Meter.CreateCounter<long>("proxygroups.request.retries", "{request}", "Requests that met a second worker.");
        _exits = Meter.CreateCounter<long>("proxygroups.worker.exits", "{process}", "Workers that ended, by reason.");
    }

    public Meter Meter { get; }

    public void CountFailure(string group, string cause) => _failures.Add(1, new("proxygroups.group", group), new("error.type", cause));

    public void CountRetry(string group) => _retries.Add(1, new KeyValuePair<string, object?>("proxygroups.group", group));

    public void CountExit(string group, string reason) => _exits.Add(1, new("proxygroups.group", group), new("proxygroups.reason", reason));
}
