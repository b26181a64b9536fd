namespace ProxyGroups.Proxying.Sockets;

/// <summary>Looks every 10 ms whether a loop is held up, as long as anything happens on one; after a second of quiet it sleeps until then.</summary>
internal sealed class LoopWatch : IDisposable
{
    private const int QuietLooks = 100;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly AutoResetEvent _wake = new(false);
    private volatile bool _sleeps;

    /// <summary>Cheap while it is awake.</summary>
    public void Wake()
    {
        if (_sleeps)
        {
            _sleeps = false;
            _wake.Set();
        }
    }

    public void Start(Func<bool> look) => new Thread(() => Run(look)) { IsBackground = true, Name = "PG socket watch" }.UnsafeStart();

    public void Dispose() => _wake.Dispose();

    private void Run(Func<bool> look)
    {
        for (var quiet = 0; ; quiet = look() ? 0 : quiet + 1)
        {
            _sleeps = quiet >= QuietLooks;
            Interlocked.MemoryBarrier();
            // What has begun since the last look: its loop saw no reason to wake us.
            var sleeps = _sleeps && !look();
            _wake.WaitOne(sleeps ? Timeout.InfiniteTimeSpan : Pause);
        }
    }
}
