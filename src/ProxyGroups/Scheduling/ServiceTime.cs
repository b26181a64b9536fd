namespace ProxyGroups.Scheduling;

/// <summary>
/// Mean duration of the leases that ended, in timestamp ticks: the plain mean of the first 32, then an exponentially weighted
/// one in which the last 32 carry about two thirds of the weight. Guarded by the lock of <see cref="SlotScheduler"/>.
/// </summary>
internal struct ServiceTime
{
    private const int Window = 32;

    /// <summary>Below this many samples one slow first request (imports, cold caches) would refuse whole bursts.</summary>
    private const int EnoughSamples = 16;

    private int _samples;

    public double Mean { get; private set; }

    public readonly bool IsTrusted => _samples >= EnoughSamples;

    public void Add(long duration)
    {
        _samples = Math.Min(_samples + 1, Window);
        Mean += (duration - Mean) / _samples;
    }
}
