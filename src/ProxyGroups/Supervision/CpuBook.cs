namespace ProxyGroups.Supervision;

/// <summary>The CPU time of workers, for who looks: it is read at most once a second, and never while nobody does. Thread-safe.</summary>
/// <param name="take">Reads it.</param>
internal sealed class CpuBook(Func<CpuReading> take, TimeProvider time)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private CpuReading? _before;
    private CpuReading? _newest;
    private long _takenAt;

    public CpuBook(TimeProvider time)
        : this(CpuReading.Take, time)
    {
    }

    /// <summary>By process id; null: there is no such process.</summary>
    public Func<int, CpuUse?> Look()
    {
        lock (_gate)
        {
            var age = time.GetElapsedTime(_takenAt);
            if (_newest is null || age >= Shortest)
            {
                _before = age <= Longest ? _newest : null;
                (_newest, _takenAt) = (take(), time.GetTimestamp());
            }

            var (newest, before) = (_newest, _before);
            return pid => newest.Of(pid, before);
        }
    }
}
