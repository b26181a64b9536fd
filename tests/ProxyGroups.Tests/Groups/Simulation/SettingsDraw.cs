using ProxyGroups.Configuration;

namespace ProxyGroups.Tests.Groups.Simulation;

/// <summary>Settings of a simulated group, drawn at random, short enough for a life to see every timer.</summary>
internal static class SettingsDraw
{
    public static ProcessGroupSettings Next(Random random)
    {
        var least = random.Next(4);
        var surge = random.Next(3);
        return new ProcessGroupSettings
        {
            Processes = least,
            MaxProcesses = Math.Max(1, least + random.Next(3)),
            Threads = random.Next(1, 4),
            Queue = new QueueSettings { Limit = random.Next(12), MaxWait = TimeSpan.FromSeconds(random.Next(1, 6)) },
            Timeouts = new TimeoutSettings
            {
                Startup = TimeSpan.FromSeconds(random.Next(10, 60)),
                Request = TimeSpan.FromSeconds(random.Next(3, 20)),
                Drain = TimeSpan.FromSeconds(random.Next(20, 60)),
                Stop = TimeSpan.FromSeconds(random.Next(1, 10)),
                Idle = random.Next(4) == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(random.Next(5, 60)),
                Watchdog = random.Next(2) == 0 ? null : TimeSpan.FromSeconds(random.Next(2, 20)),
            },
            Recycle = new RecycleSettings
            {
                MaxRequests = random.Next(2) == 0 ? null : random.Next(20, 200),
                MaxAge = random.Next(2) == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(random.Next(20, 300)),
                WorkerMemory = random.Next(2) == 0 ? null : 100 << 20,
            },
            Restart = new RestartSettings { MaxSurge = surge, MaxUnavailable = random.Next(surge == 0 ? 1 : 0, 3) },
        };
    }

    /// <summary>Others that need no restart.</summary>
    public static ProcessGroupSettings Adapt(ProcessGroupSettings settings, Random random)
    {
        var other = Next(random);
        return settings with
        {
            Processes = other.Processes,
            MaxProcesses = other.MaxProcesses,
            Threads = other.Threads,
            Queue = other.Queue,
            Recycle = other.Recycle,
            Timeouts = other.Timeouts with { Watchdog = settings.Timeouts.Watchdog },
            Restart = other.Restart,
        };
    }
}
