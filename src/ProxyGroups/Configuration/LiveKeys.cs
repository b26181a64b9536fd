namespace ProxyGroups.Configuration;

/// <summary>Settings of a process group that can be set while it runs: all that needs no look at files or users. Only Threads may cost a roll.</summary>
internal static class LiveKeys
{
    public static readonly IReadOnlyList<string> All =
    [
        "Processes", "MaxProcesses", "Threads", "MaxRequestBody",
        .. Within("Queue", KnownKeys.Queue),
        .. Within("Timeouts", KnownKeys.Timeouts).Where(static key => key != "Timeouts:Watchdog"),
        .. Within("Buffering", KnownKeys.Buffering),
        .. Within("Group", KnownKeys.Limits),
        "Restart:Debounce", "Restart:MaxSurge", "Restart:MaxUnavailable",
    ];

    private static IEnumerable<string> Within(string section, SectionKeys keys) => keys.Known.Select(key => $"{section}:{key}");
}
