using Microsoft.Extensions.Time.Testing;

namespace ProxyGroups.ProcessTests.Hosting;

/// <summary>Time that goes by as ours does, or faster where a test would have to wait for it.</summary>
internal sealed class HurriedTime : FakeTimeProvider, IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(2);

    private readonly Lock _going = new();
    private readonly ITimer _pump;
    private long _last = System.GetTimestamp();
    private volatile int _pace = 1;

    public HurriedTime() => _pump = System.CreateTimer(_ => Go(), null, Step, Step);

    /// <summary>How many times as fast as ours it goes by; 0: it stands still.</summary>
    public int Pace
    {
        get => _pace;
        set => _pace = value;
    }

    public void Dispose() => _pump.Dispose();

    private void Go()
    {
        if (!_going.TryEnter())
        {
            return;
        }

        try
        {
            var now = System.GetTimestamp();
            var passed = System.GetElapsedTime(_last, now);
            _last = now;
            Advance(passed * _pace);
        }
        finally
        {
            _going.Exit();
        }
    }
}
