namespace ProxyGroups.Runtimes;

/// <summary>Variables that only the front door sets.</summary>
internal static class ReservedNames
{
    public static bool IsReserved(string name, IReadOnlyCollection<string> ofRuntime) =>
        name.StartsWith("PROXYGROUPS_", StringComparison.Ordinal) || name is "NOTIFY_SOCKET" or "WATCHDOG_USEC" or "WATCHDOG_PID" or "LISTEN_FDS" or "LISTEN_PID" or "LISTEN_FDNAMES" || ofRuntime.Contains(name);

    public static string Remedy(string name) => name switch
    {
        "PORT" => "Remove it; each worker gets a free port in PORT and wherever {port} is written.",
        "NOTIFY_SOCKET" => "Remove it; \"Readiness\": { \"Notify\": true } makes the front door wait for READY=1.",
        "WATCHDOG_USEC" or "WATCHDOG_PID" => "Remove it; \"Timeouts\": { \"Watchdog\": \"30s\" } makes the front door expect WATCHDOG=1.",
        "LISTEN_FDS" or "LISTEN_PID" or "LISTEN_FDNAMES" => "Remove it; systemd means it for the front door, whose sockets no worker gets.",
        _ => "Remove it.",
    };
}
