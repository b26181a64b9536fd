using System.Globalization;

namespace ProxyGroups.Configuration;

/// <summary>The rules of one process group: ranges first, then contradictions between settings.</summary>
internal static class ProcessGroupValidator
{
    private static readonly TimeSpan ShortestWatchdog = TimeSpan.FromSeconds(1);

    public static void Validate(ProcessGroupSettings group, Checks checks)
    {
        AppValidator.Validate(group, checks);
        PreloadValidator.Validate(group, checks);
        BackgroundRules.Check(group, checks);
        CheckCounts(group, checks);
        CheckQueue(group, checks.Section("Queue"));
        CheckTimeouts(group.Timeouts, checks.Section("Timeouts"));
        CheckRecycle(group.Recycle, checks.Section("Recycle"));
        WorkerValidator.Validate(group.Worker, checks.Section("Worker"));
        GroupValidator.Validate(group.Group, checks.Section("Group"));
        GroupValidator.CheckWorkers(group, group.Group, string.Empty, checks.Section("Group"));
        LogRules.CheckFile(group.Log.File, group.Log.MaxSize, group.Log.Keep, checks.Section("Log"));
        checks.Section("Buffering").Size("Request", group.Buffering.Request, SettingsRanges.Buffer);
        checks.Section("Buffering").Size("Response", group.Buffering.Response, SettingsRanges.Buffer);
        checks.Section("Readiness").UrlPath("Path", group.Readiness.Path);
        RestartValidator.Validate(group, checks);
        checks.Section("HttpRequest").Require(group.HttpRequest.Version == "1.1", "Version", group.HttpRequest.Version,
            "is not supported yet", "Write \"1.1\", or remove it: clients may use HTTP/2 all the same.");
        checks.Require(group.MaxRequestBody is null or > 0, "MaxRequestBody", SizeText.Format(group.MaxRequestBody),
            "leaves no body at all", "Write a size such as \"100MiB\", or \"off\".");
    }

    private static void CheckCounts(ProcessGroupSettings group, Checks checks)
    {
        checks.Range("Processes", group.Processes, SettingsRanges.Processes);
        checks.Range("Threads", group.Threads, SettingsRanges.Threads);
        var most = group.MaxProcesses.ToString(CultureInfo.InvariantCulture);
        checks.Require(group.MaxProcesses >= group.Processes, "MaxProcesses", most,
            $"is below Processes ({group.Processes})", $"Write {group.Processes}, or remove it.");
        if (group.IsElastic || group.Processes == 0)
        {
            checks.Range("MaxProcesses", group.MaxProcesses, SettingsRanges.MaxProcesses);
        }
    }

    private static void CheckQueue(ProcessGroupSettings group, Checks checks)
    {
        var (limit, wait) = (group.Queue.Limit, group.Queue.MaxWait);
        checks.Range("Limit", limit, SettingsRanges.QueueLimit);
        checks.Require(wait != TimeSpan.Zero, "MaxWait", "0s", "is not above zero", "Write \"Limit\": 0 if no request may wait, else \"1ms\" or more, or \"off\".");
        if (wait != TimeSpan.Zero)
        {
            checks.Duration("MaxWait", wait, mayBeOff: true);
        }

        checks.Require(limit != 0 || !group.IsElastic, "Limit", "0", "lets no request wait, but only a request that waits starts more workers",
            "Write a Limit above 0, or the same number for Processes and MaxProcesses.");
        var off = wait == Timeout.InfiniteTimeSpan;
        checks.Require(!off || limit != 0, "Limit", "0", "lets no request wait, but MaxWait \"off\" lets them wait for ever", "Write a Limit above 0, or remove MaxWait.");
        checks.Require(!off || group.Timeouts.Request != Timeout.InfiniteTimeSpan, "MaxWait", "off",
            "leaves nothing that ends a wait, because Timeouts:Request is off too", "Write a duration for one of them.");
    }

    private static void CheckTimeouts(TimeoutSettings timeouts, Checks checks)
    {
        checks.Duration("Startup", timeouts.Startup, mayBeOff: false);
        checks.Duration("Request", timeouts.Request, mayBeOff: true);
        checks.Duration("Silence", timeouts.Silence, mayBeOff: true);
        checks.Duration("Drain", timeouts.Drain, mayBeOff: false);
        checks.Duration("Stop", timeouts.Stop, mayBeOff: false);
        checks.Duration("Idle", timeouts.Idle, mayBeOff: true);
        if (timeouts.Watchdog is { } watchdog)
        {
            checks.Duration("Watchdog", watchdog, mayBeOff: true);
            checks.Require(watchdog <= TimeSpan.Zero || watchdog >= ShortestWatchdog, "Watchdog", DurationText.Format(watchdog),
                "is so short that a busy machine would be taken for a stuck worker", "Write \"1s\" or more, or \"off\".");
        }

        var request = DurationText.Format(timeouts.Request);
        checks.Require(timeouts.Drain <= TimeSpan.Zero || timeouts.Drain >= timeouts.Request, "Drain", DurationText.Format(timeouts.Drain),
            $"is shorter than Request ({request}): a restart would cut requests off that are still in time",
            $"Write \"{request}\" or more, or a shorter Request.");
    }

    private static void CheckRecycle(RecycleSettings recycle, Checks checks)
    {
        checks.Range("MaxRequests", recycle.MaxRequests, SettingsRanges.MaxRequests);
        checks.Duration("MaxAge", recycle.MaxAge, mayBeOff: true);
        checks.Require(recycle.WorkerMemory is null or >= 1 << 20, "WorkerMemory", SizeText.Format(recycle.WorkerMemory),
            "is less than any worker needs", "Write a size such as \"300MiB\", or \"off\".");
        checks.Require(recycle.Jitter is >= 0 and <= 0.5, "Jitter", recycle.Jitter.ToString(CultureInfo.InvariantCulture),
            "is not a share of 0 to 0.5", "Write a number such as 0.1, or 0 for none.");
    }
}
