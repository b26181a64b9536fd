namespace ProxyGroups.Scheduling;

/// <summary>A clock that can stand still: waiting times are measured on it, so a pause costs no waiter anything.</summary>
internal struct QueueClock
{
    private long _elapsed;
    private long _since;
    private bool _running;

    public readonly long Read(long now) => _running ? _elapsed + (now - _since) : _elapsed;

    public void Run(bool running, long now)
    {
        _elapsed = Read(now);
        (_since, _running) = (now, running);
    }
}
