using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.Benchmarks.Load;

namespace ProxyGroups.Benchmarks.Rivals;

/// <summary>Requests that come at exponential intervals, however the server fares; what counts is how long each takes.</summary>
/// <param name="PerSecond">Requests, the same for each server.</param>
/// <param name="Request">By its number.</param>
/// <param name="SlowClients">Slow senders, and as many slow readers, all the while.</param>
internal sealed record OpenLoad(double PerSecond, Func<int, ReadOnlyMemory<byte>> Request, int SlowClients = 0)
{
    private const double Load = 0.85;
    private const double ShareOfLong = 0.1;
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Long = TimeSpan.FromMilliseconds(200);

    /// <summary>Service times of two kinds, at 85 % load.</summary>
    public static OpenLoad Bimodal { get; } = NewBimodal();

    /// <summary>Quick requests beside 400 slow clients.</summary>
    public static OpenLoad BesideSlowClients { get; } = new(200, static _ => BenchFrontDoor.Get("/sleep?ms=5"), 200);

    private static OpenLoad NewBimodal()
    {
        var times = ServiceTimes.Bimodal(Short, Long, ShareOfLong).Take(100_000).ToList();
        var mean = ((1 - ShareOfLong) * Short) + (ShareOfLong * Long);
        return new OpenLoad(Load * WebApp.Processes * WebApp.Threads / mean.TotalSeconds, number => BenchFrontDoor.Get($"/sleep?ms={times[number].TotalMilliseconds:0}"));
    }
}
