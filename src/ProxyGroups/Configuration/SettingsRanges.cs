namespace ProxyGroups.Configuration;

/// <summary>Ranges of whole numbers and sizes, limits included; used by validation and by the JSON schema.</summary>
internal static class SettingsRanges
{
    public static readonly (long Min, long Max) Processes = (0, 256);
    public static readonly (long Min, long Max) MaxProcesses = (1, 256);
    public static readonly (long Min, long Max) MachineProcesses = (1, 100_000);
    public static readonly (long Min, long Max) Threads = (1, 1024);
    public static readonly (long Min, long Max) QueueLimit = (0, 1_000_000);
    public static readonly (long Min, long Max) MaxRequests = (1, 1_000_000_000);
    public static readonly (long Min, long Max) MaxSurge = (0, 256);
    public static readonly (long Min, long Max) MaxUnavailable = (0, 256);
    public static readonly (long Min, long Max) Nice = (-20, 19);

    /// <summary>The kernel's own ceiling of fs.nr_open on 64 bits.</summary>
    public static readonly (long Min, long Max) OpenFiles = (64, 1_073_741_816);

    public static readonly (long Min, long Max) CpuSeconds = (1, 1_000_000_000);

    public static readonly (long Min, long Max) CpuWeight = (1, 10_000);

    public const double LeastCpus = 0.01;
    public const double MostCpus = 4096;

    /// <summary>Their numbers are finite, and until groups that leave have gone, those that follow need others.</summary>
    public const int MostProcessGroups = 1000;

    /// <summary>Below it not even the tools that start a worker run.</summary>
    public const long LeastMemory = 1L << 20;

    /// <summary>The kernel's own ceiling of process ids on 64 bits.</summary>
    public static readonly (long Min, long Max) Tasks = (1, 4_194_304);

    public static readonly (long Min, long Max) KeptLogs = (0, 1000);

    /// <summary>The longest line has to fit.</summary>
    public const long LeastLogSize = 64L << 10;

    /// <summary>CPU time between SIGXCPU and SIGKILL.</summary>
    public const int CpuGraceSeconds = 10;

    /// <summary>Below it even the tools that start a worker fail.</summary>
    public const long LeastAddressSpace = 64L << 20;

    /// <summary>Held in memory per request.</summary>
    public static readonly (long Min, long Max) Buffer = (0, 64L << 20);
}
