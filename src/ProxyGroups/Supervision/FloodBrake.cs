namespace ProxyGroups.Supervision;

/// <summary>
/// Holds up a worker that writes far more than is taken: reading lines only to drop them costs CPU time that belongs to others.
/// Safe to use from several threads.
/// </summary>
internal sealed class FloodBrake(TimeProvider time)
{
    /// <summary>What may be dropped in an interval before the worker has to wait for the next one. Costs a few percent of a core.</summary>
    public const int Allowance = 400_000;

    // In characters: what a line costs beside its own.
    private const int LineCost = 100;

    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private long _began = time.GetTimestamp();
    private int _dropped;

    public void CountLine(string dropped) => Count(dropped.Length + LineCost);

    /// <summary>Of a line that is too long.</summary>
    public void Count(int droppedCharacters)
    {
        lock (_gate)
        {
            _dropped += droppedCharacters;
        }
    }

    /// <summary>Completes when the next line may be read.</summary>
    public Task HoldAsync(CancellationToken cancellationToken) =>
        TimeToHold() is var left && left > TimeSpan.Zero ? Task.Delay(left, time, cancellationToken) : Task.CompletedTask;

    private TimeSpan TimeToHold()
    {
        lock (_gate)
        {
            var left = Interval - time.GetElapsedTime(_began);
            if (left <= TimeSpan.Zero)
            {
                (_began, _dropped) = (time.GetTimestamp(), 0);
            }

            return _dropped > Allowance ? left : TimeSpan.Zero;
        }
    }
}
