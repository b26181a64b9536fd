namespace ProxyGroups.Supervision;

/// <summary>How many lines one worker may still write to the log: refilled steadily, up to a burst. Safe to use from several threads.</summary>
internal sealed class LineAllowance(TimeProvider time)
{
    /// <summary>Lines per second in the long run.</summary>
    public const int Rate = 1000;

    /// <summary>Lines at once after a silence.</summary>
    public const int Burst = 2000;

    private readonly Lock _gate = new();
    private double _left = Burst;
    private long _refilled = time.GetTimestamp();

    public bool TryTake()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _left = Math.Min(Burst, _left + (time.GetElapsedTime(_refilled, now).TotalSeconds * Rate));
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
