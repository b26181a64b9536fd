using System.Diagnostics.Metrics;

namespace ProxyGroups.Telemetry;

/// <summary>
/// The meter <c>ProxyGroups</c>, by OpenTelemetry's conventions. Labels are bounded: group, rank, state, reason, never a pid or a path. Without a listener
/// an instrument costs a look at a field.
/// </summary>
internal sealed class ProxyGroupsMeter
{
    public const string Name = "ProxyGroups";

    private static readonly InstrumentAdvice<double> Buckets = new() { HistogramBucketBoundaries = DurationBuckets.Bounds };

    private readonly Meter _meter;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _retries;
    private readonly Histogram<double> _queueTime;
    private readonly Histogram<double> _serviceTime;
    private readonly Counter<long> _spawns;
    private readonly Counter<long> _startFailures;
    private readonly Counter<long> _exits;
    private readonly Histogram<double> _startTime;
    private readonly Counter<long> _lostLines;

    public ProxyGroupsMeter(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _failures = _meter.CreateCounter<long>("proxygroups.request.failures", "{request}", "Requests that did not get their app's whole answer, by cause.");
        _retries = _meter.CreateCounter<long>("proxygroups.request.retries", "{request}", "Tries of requests at a second worker.");
        _queueTime = _meter.CreateHistogram("proxygroups.request.queue.duration", "s", "Time that requests waited for a slot, those that got none included.", advice: Buckets);
        _serviceTime = _meter.CreateHistogram("proxygroups.request.service.duration", "s", "Time that requests held a slot.", advice: Buckets);
        _spawns = _meter.CreateCounter<long>("proxygroups.worker.spawns", "{worker}", "Worker processes started.");
        _startFailures = _meter.CreateCounter<long>("proxygroups.worker.start.failures", "{start}", "Starts that failed, by the step in which they did.");
        _exits = _meter.CreateCounter<long>("proxygroups.worker.exits", "{worker}", "Worker processes that ended, by reason.");
        _startTime = _meter.CreateHistogram("proxygroups.worker.start.duration", "s", "Time from the start of a worker until it was ready.", advice: Buckets);
        _lostLines = _meter.CreateCounter<long>("proxygroups.access_log.lost", "{line}", "Lines of the access log that found no place.");
    }

    /// <summary>Somebody collects the times that requests take.</summary>
    public bool TakesTimes => _queueTime.Enabled || _serviceTime.Enabled;

    public void CountFailure(string group, string cause) => _failures.Add(1, Of(group), new("error.type", cause));

    public void CountRetry(string group) => _retries.Add(1, Of(group));

    public void CountSpawn(string group) => _spawns.Add(1, Of(group));

    public void CountStartFailure(string group, string step) => _startFailures.Add(1, Of(group), new("proxygroups.step", step));

    public void CountExit(string group, string reason) => _exits.Add(1, Of(group), new("proxygroups.reason", reason));

    public void Started(string group, TimeSpan time) => _startTime.Record(time.TotalSeconds, Of(group));

    public void CountLostLines(int lines) => _lostLines.Add(lines);

    /// <summary>What is asked when somebody collects.</summary>
    public void Observe(IGroupGauges groups)
    {
        // Whoever collects asks what can be observed first, and reads what was recorded then.
        _meter.CreateObservableCounter("proxygroups.requests", () => RecordTimes(groups).Requests(), "{request}", "Requests that came to the group.");
        Gauge("proxygroups.queue.length", "{request}", "Requests that wait for a slot.", groups.QueueLength);
        Gauge("proxygroups.queue.limit", "{request}", "Most requests that may wait.", groups.QueueLimit);
        Gauge("proxygroups.slot.usage", "{slot}", "Slots that are held.", groups.SlotUsage);
        Gauge("proxygroups.slot.limit", "{slot}", "Slots of workers that are ready.", groups.SlotLimit);
        Gauge("proxygroups.worker.count", "{worker}", "Workers, by state.", groups.Workers);
        Gauge("proxygroups.worker.wanted", "{worker}", "Workers that there should be.", groups.WantedWorkers);
        _meter.CreateObservableCounter("proxygroups.responses", groups.Answers, "{response}", "Answers that clients of the group got, the front door's own included, by status code.");
    }

    /// <summary>What no collector has asked for yet.</summary>
    public IGroupGauges RecordTimes(IGroupGauges groups)
    {
        foreach (var times in groups.TakeTimes())
        {
            RecordTimes(times);
        }

        return groups;
    }

    public void RecordTimes((string Group, IEnumerable<(TimeSpan Mean, long Count)> Waits, IEnumerable<(TimeSpan Mean, long Count)> Services) times)
    {
        Record(_queueTime, times.Waits, Of(times.Group));
        Record(_serviceTime, times.Services, Of(times.Group));
    }

    /// <summary>The label of a group.</summary>
    public static KeyValuePair<string, object?> Of(string group) => new("proxygroups.group", group);

    /// <summary>The label of a rank.</summary>
    public static KeyValuePair<string, object?> OfRank(int rank) => new("proxygroups.rank", rank);

    /// <summary>The label of a worker's state.</summary>
    public static KeyValuePair<string, object?> OfState(string state) => new("proxygroups.worker.state", state);

    /// <summary>The label of an answer.</summary>
    public static KeyValuePair<string, object?> OfStatus(int status) => new("http.response.status_code", status);

    // Each bucket and the sum are exact; within a bucket all have the mean.
    private static void Record(Histogram<double> histogram, IEnumerable<(TimeSpan Mean, long Count)> times, KeyValuePair<string, object?> group)
    {
        foreach (var (mean, count) in times)
        {
            for (var number = 0L; number < count; number++)
            {
                histogram.Record(mean.TotalSeconds, group);
            }
        }
    }

    private void Gauge(string name, string unit, string meaning, Func<IEnumerable<Measurement<long>>> look) =>
        _meter.CreateObservableUpDownCounter(name, look, unit, meaning);
}
