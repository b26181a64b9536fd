using System.Globalization;
using ProxyGroups.Configuration;

namespace ProxyGroups.Supervision.Linux;

/// <summary>A worker's limits of setrlimit(2): soft limit, hard limit.</summary>
internal static class ResourceLimits
{
    /// <summary>As the arguments of prlimit(1).</summary>
    public static IReadOnlyList<string> Of(LaunchSpec spec) =>
        [.. All(spec).Select(static limit => string.Create(CultureInfo.InvariantCulture, $"--{limit.Name}={limit.Soft}:{limit.Hard}"))];

    /// <summary>For a process that sets them itself: number of getrlimit(2), soft limit, hard limit.</summary>
    /// <exception cref="PreloadException">It may not, since only root raises a hard limit.</exception>
    public static IReadOnlyList<IReadOnlyList<long>> ForFork(LaunchSpec spec)
    {
        foreach (var limit in All(spec).Where(limit => (ulong)limit.Hard > OurHard(limit.Number)))
        {
            throw new PreloadException(new($"the limit '{limit.Name}' of {limit.Hard} is above the front door's own", "Raise that (systemd: LimitNOFILE= and its like), or lower the limit of the worker."));
        }

        return [.. All(spec).Select(static limit => new[] { limit.Number, limit.Soft, limit.Hard })];
    }

    private static unsafe ulong OurHard(int number)
    {
        Libc.ResourceLimit ours;
        return Libc.SetLimit(0, number, null, &ours) == 0 ? ours.Hard : ulong.MaxValue;
    }

    // The numbers of getrlimit(2) on x64 and arm64.
    private static IEnumerable<(string Name, int Number, long Soft, long Hard)> All(LaunchSpec spec)
    {
        (string Name, int Number, long? Soft, long? Hard)[] limits =
        [
            ("cpu", 0, spec.CpuSeconds, spec.CpuSeconds + SettingsRanges.CpuGraceSeconds),
            ("nofile", 7, spec.OpenFiles, spec.OpenFiles),
            ("as", 9, spec.AddressSpace, spec.AddressSpace),
            ("core", 4, spec.CoreSize, spec.CoreSize),
        ];
        return limits.Where(static limit => limit.Soft is not null).Select(static limit => (limit.Name, limit.Number, limit.Soft!.Value, limit.Hard!.Value));
    }
}
