namespace ProxyGroups.Groups;

/// <summary>
/// One per machine: lets at most max(1, cores / 2) workers boot at once, because boots starve each other of CPU.
/// Thread-safe. A boot that takes longer than <see cref="LongestClaim"/> loses its place, so that one that hangs holds nobody up.
/// </summary>
internal sealed class BootArbiter(int places, TimeProvider time) : IDisposable
{
    internal static readonly TimeSpan LongestClaim = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _free = new(places);

    public static int PlacesFor(int cores) => Math.Max(1, cores / 2);

    /// <summary>Waits for a place, FIFO. Dispose the claim when the boot has ended, well or not.</summary>
    public async Task<IDisposable> ClaimAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        return new Claim(_free, time);
    }

    public void Dispose() => _free.Dispose();

    private sealed class Claim : IDisposable
    {
        private readonly ITimer _timer;
        private SemaphoreSlim? _held;

        public Claim(SemaphoreSlim held, TimeProvider time)
        {
            _held = held;
            _timer = time.CreateTimer(static claim => ((Claim)claim!).Dispose(), this, LongestClaim, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            _timer?.Dispose();
            Interlocked.Exchange(ref _held, null)?.Release();
        }
    }
}
