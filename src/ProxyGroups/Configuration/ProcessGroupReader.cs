namespace ProxyGroups.Configuration;

/// <summary>Reads one process group.</summary>
internal static class ProcessGroupReader
{
    public static ProcessGroupSettings Read(SettingsNode own, SettingsNode? defaults, ReadErrors errors)
    {
        var group = new SectionReader(own, defaults, errors, KnownKeys.Group);
        // A group that names its app takes nothing of another kind of app from Defaults.
        var app = group.WithoutDefaultsIfAny("Wsgi", "Apps", "DotNet", "Command");
        var unset = new ProcessGroupSettings();
        var settings = new ProcessGroupSettings
        {
            ApplicationGroup = group.ReadText("ApplicationGroup"),
            Directory = group.ReadText("Directory") ?? unset.Directory,
            Wsgi = app.ReadText("Wsgi"),
            Apps = AppsReader.Read(app),
            DotNet = app.ReadText("DotNet"),
            Command = app.ReadList("Command", CommandText.Split),
            Python = group.ReadText("Python"),
            PreloadApp = group.Read("PreloadApp", ScalarText.Switch, unset.PreloadApp),
            PreloadExclude = group.ReadList("PreloadExclude"),
            Warmup = group.ReadList("Warmup"),
            BeforeFork = group.ReadText("BeforeFork"),
            AfterFork = group.ReadText("AfterFork"),
            Environment = EnvironmentReader.Read(group),
            PassEnvironment = group.ReadList("PassEnvironment"),
            Processes = group.Read("Processes", ScalarText.WholeNumber, unset.Processes),
            Threads = group.Read("Threads", ScalarText.WholeNumber, unset.Threads),
            Serves = group.Read("Serves", ScalarText.Switch, unset.Serves),
            Queue = ReadQueue(group.Section("Queue", KnownKeys.Queue)),
            Timeouts = ReadTimeouts(group.Section("Timeouts", KnownKeys.Timeouts)),
            Recycle = ReadRecycle(group.Section("Recycle", KnownKeys.Recycle)),
            Worker = ReadWorker(group.Section("Worker", KnownKeys.Worker)),
            Group = ReadLimits(group.Section("Group", KnownKeys.Limits)),
            Log = ReadLog(group.Section("Log", KnownKeys.Log)),
            Buffering = ReadBuffering(group.Section("Buffering", KnownKeys.Buffering)),
            Readiness = ReadReadiness(group.Section("Readiness", KnownKeys.Readiness)),
            Restart = ReadRestart(group.Section("Restart", KnownKeys.Restart)),
            Maintenance = ReadMaintenance(group.Section("Maintenance", KnownKeys.Maintenance)),
            HttpRequest = ReadHttpRequest(group.Section("HttpRequest", KnownKeys.HttpRequest)),
            MaxRequestBody = group.Read("MaxRequestBody", SizeText.Parse, unset.MaxRequestBody),
        };
        return group.ReadOptional("MaxProcesses", ScalarText.WholeNumber) is { } most ? settings with { MaxProcesses = most } : settings;
    }

    public static GroupSettings ReadLimits(SectionReader section) => new()
    {
        CpuWeight = section.ReadOptional("CpuWeight", ScalarText.WholeNumber),
        Cpus = section.ReadOptional("Cpus", ScalarText.Number),
        Memory = section.Read("Memory", SizeText.Parse, null),
        MemoryHigh = section.Read("MemoryHigh", SizeText.Parse, null),
        Tasks = section.ReadOptional("Tasks", ScalarText.WholeNumber),
    };

    private static QueueSettings ReadQueue(SectionReader section)
    {
        var queue = new QueueSettings();
        queue = queue with { MaxWait = section.Read("MaxWait", DurationText.Parse, queue.MaxWait) };
        return section.ReadOptional("Limit", ScalarText.WholeNumber) is { } limit ? queue with { Limit = limit } : queue;
    }

    private static TimeoutSettings ReadTimeouts(SectionReader section)
    {
        var unset = new TimeoutSettings();
        var timeouts = new TimeoutSettings
        {
            Startup = section.Read("Startup", DurationText.Parse, unset.Startup),
            Request = section.Read("Request", DurationText.Parse, unset.Request),
            Silence = section.Read("Silence", DurationText.Parse, unset.Silence),
            Stop = section.Read("Stop", DurationText.Parse, unset.Stop),
            Watchdog = section.ReadOptional("Watchdog", DurationText.Parse),
            Idle = section.Read("Idle", DurationText.Parse, unset.Idle),
        };
        return section.ReadOptional("Drain", DurationText.Parse) is { } drain ? timeouts with { Drain = drain } : timeouts;
    }

    private static RecycleSettings ReadRecycle(SectionReader section)
    {
        var unset = new RecycleSettings();
        return new()
        {
            MaxRequests = section.Read("MaxRequests", ScalarText.WholeNumberOrOff, unset.MaxRequests),
            MaxAge = section.Read("MaxAge", DurationText.Parse, unset.MaxAge),
            WorkerMemory = section.Read("WorkerMemory", SizeText.Parse, unset.WorkerMemory),
            Jitter = section.Read("Jitter", ScalarText.Share, unset.Jitter),
        };
    }

    private static WorkerSettings ReadWorker(SectionReader section) => new()
    {
        User = section.ReadText("User"),
        Group = section.ReadText("Group"),
        SupplementaryGroups = section.ReadOptionalList("SupplementaryGroups"),
        Umask = section.ReadText("Umask"),
        EnvironmentFile = section.ReadText("EnvironmentFile"),
        Nice = section.ReadOptional("Nice", ScalarText.WholeNumber),
        CpuSeconds = section.ReadOptional("CpuSeconds", ScalarText.WholeNumber),
        OpenFiles = section.ReadOptional("OpenFiles", ScalarText.WholeNumber),
        AddressSpace = section.Read("AddressSpace", SizeText.Parse, null),
        CoreSize = section.Read("CoreSize", text => SizeText.Parse(text).Select(size => (long?)(size ?? 0)), null),
        NoNewPrivileges = section.Read("NoNewPrivileges", ScalarText.Switch, true),
        Capabilities = section.ReadOptionalList("Capabilities"),
    };

    private static LogSettings ReadLog(SectionReader section)
    {
        var unset = new LogSettings();
        return new()
        {
            File = section.ReadText("File"),
            MaxSize = section.Read("MaxSize", SizeText.Parse, unset.MaxSize) ?? 0,
            Keep = section.Read("Keep", ScalarText.WholeNumber, unset.Keep),
        };
    }

    private static BufferingSettings ReadBuffering(SectionReader section)
    {
        var unset = new BufferingSettings();
        return new()
        {
            Request = section.Read("Request", SizeText.Parse, unset.Request) ?? 0,
            Response = section.Read("Response", SizeText.Parse, unset.Response) ?? 0,
        };
    }

    private static ReadinessSettings ReadReadiness(SectionReader section) => new()
    {
        Notify = section.ReadOptional("Notify", ScalarText.Switch),
        Path = section.ReadText("Path"),
    };

    private static RestartSettings ReadRestart(SectionReader section)
    {
        var unset = new RestartSettings();
        return new()
        {
            Watch = section.ReadList("Watch", static text => Parsed.Ok<IReadOnlyList<string>>([text])),
            Debounce = section.Read("Debounce", DurationText.Parse, unset.Debounce),
            Before = section.ReadCommands("Before"),
            MaxSurge = section.Read("MaxSurge", ScalarText.WholeNumber, unset.MaxSurge),
            MaxUnavailable = section.Read("MaxUnavailable", ScalarText.WholeNumber, unset.MaxUnavailable),
        };
    }

    private static MaintenanceSettings ReadMaintenance(SectionReader section) => new() { Page = section.ReadText("Page") };

    private static HttpRequestSettings ReadHttpRequest(SectionReader section) =>
        new() { Version = section.ReadText("Version") ?? new HttpRequestSettings().Version };
}
