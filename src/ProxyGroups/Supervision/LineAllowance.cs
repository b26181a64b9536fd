namespace ProxyGroups.Supervision;

/// <summary>How many lines one worker may still write: refilled steadily, up to a burst of two seconds. Safe to use from several threads.</summary>
internal sealed class LineAllowance
{
    /// <summary>Lines per second in the long run that our own log takes of one worker.</summary>
    public const int OwnLogRate = 1000;

    /// <summary>Likewise a group's file, whose size is bounded; what this bounds is the CPU time that we spend on it.</summary>
    public const int FileRate = 20_000;

    private const int BurstSeconds = 2;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly int _rate;
    private double _left;
    private long _refilled;

    private LineAllowance(int rate, TimeSpan patience, TimeProvider time)
    {
        (_rate, Patience, _time) = (rate, patience, time);
        (_left, _refilled) = (Burst, time.GetTimestamp());
    }

    /// <summary>How long the worker may be held up by a writer that does not keep up, before lines are dropped.</summary>
    public TimeSpan Patience { get; }

    // Lines at once after a silence.
    private int Burst => BurstSeconds * _rate;

    public static LineAllowance OfOwnLog(TimeProvider time) => new(OwnLogRate, TimeSpan.Zero, time);

    public static LineAllowance OfFile(TimeProvider time) => new(FileRate, TimeSpan.FromSeconds(1), time);

    public bool TryTake()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            _left = Math.Min(Burst, _left + (_time.GetElapsedTime(_refilled, now).TotalSeconds * _rate));
            _refilled = now;
            if (_left < 1)
            {
                return false;
            }

            _left--;
            return true;
        }
    }
}
