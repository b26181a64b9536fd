using System.Text;

namespace ProxyGroups.Configuration;

/// <summary>What this machine cannot honour is refused by name, never ignored.</summary>
internal static class MachineChecks
{
    /// <summary>sockaddr_un.sun_path holds 108 bytes with its closing zero; see unix(7).</summary>
    private const int SocketPathBytes = 107;

    /// <summary>What our file names in the runtime directory need at most, the separator included.</summary>
    private const int SocketNameBytes = 1 + 24;

    private static readonly (string Program, string Package, Func<WorkerSettings, bool> IsNeeded)[] Tools =
    [
        ("env", "coreutils", _ => true),
        ("setsid", "util-linux", _ => true),
        ("setpriv", "util-linux", _ => true),
        ("nice", "coreutils", worker => worker.Nice is not null),
        ("prlimit", "util-linux", worker => (worker.CpuSeconds ?? worker.OpenFiles ?? worker.AddressSpace ?? worker.CoreSize) is not null),
    ];

    public static IReadOnlyList<SettingsError> Check(ProxyGroupsSettings settings, MachineFacts machine)
    {
        if (!settings.Enabled)
        {
            return [];
        }

        var errors = new List<SettingsError>();
        var root = new Checks(SettingsReader.Section, errors);
        var asksForLinux = settings.Launcher == LauncherKind.Linux || (settings.Launcher == LauncherKind.Auto && machine.IsLinux);
        root.Require(settings.Launcher != LauncherKind.Linux || machine.IsLinux, "Launcher", "linux", "cannot work: this system is not Linux", "Write \"auto\" or \"plain\".");
        if (asksForLinux && IsPath(settings.RuntimeDirectory))
        {
            CheckSocketPath(settings.RuntimeDirectory!, machine, root);
        }

        if (!asksForLinux)
        {
            RefuseForPlain("MaxMemory", settings.MaxMemory, root);
            foreach (var (name, group) in settings.ApplicationGroups)
            {
                RefuseForPlain("MaxMemory", group.MaxMemory, root.Section("ApplicationGroups").Section(name));
                RefuseForPlain("Preload", group.Preload.Count > 0 ? string.Join(", ", group.Preload) : null, root.Section("ApplicationGroups").Section(name));
            }
        }

        MachineGroupChecks.CheckHome(settings, machine, asksForLinux, root);
        foreach (var (name, group) in settings.ApplicationGroups)
        {
            MachineGroupChecks.Check(settings, group.Group, machine, asksForLinux, root.Section("ApplicationGroups").Section(name).Section("Group"));
        }

        foreach (var (name, group) in settings.ProcessGroups)
        {
            CheckGroup(group, machine, asksForLinux, root.Section("ProcessGroups").Section(name));
            MachineGroupChecks.Check(settings, group.Group, machine, asksForLinux, root.Section("ProcessGroups").Section(name).Section("Group"));
        }

        if (asksForLinux && machine.IsLinux)
        {
            CheckTools(settings.ProcessGroups.Values, machine, root);
        }

        return errors;
    }

    /// <summary>Allowed, but it gives the machine to whoever finds a hole in one of the apps.</summary>
    public static IReadOnlyList<SettingsError> Warn(ProxyGroupsSettings settings, MachineFacts machine)
    {
        var asRoot = settings.ProcessGroups.Where(group => group.Value.Worker.User is null or "root").Select(group => group.Key).Order(StringComparer.Ordinal).ToList();
        return !settings.Enabled || !machine.IsRoot || asRoot.Count is 0 ? [] :
        [
            new($"{SettingsReader.Section}:ProcessGroups", null,
                $"RUN AS ROOT: the workers of {string.Join(", ", asRoot)}; a hole in one of these apps gives away the whole machine",
                "Give each a user of its own (\"Worker\": { \"User\": \"www-data\" }), or one to all of them in \"Defaults\"; or do not start the front door as root."),
        ];
    }

    /// <summary>Other texts are refused with the values; GetFullPath would throw on them.</summary>
    private static bool IsPath(string? text) => text is { Length: > 0 } && !text.Contains('\0');

    private static void CheckSocketPath(string directory, MachineFacts machine, Checks root)
    {
        var path = Path.GetFullPath(directory, machine.ContentRoot);
        var bytes = Encoding.UTF8.GetByteCount(path) + SocketNameBytes;
        root.Require(bytes <= SocketPathBytes, "RuntimeDirectory", directory,
            $"is too long: its sockets ({path}/...) would need {bytes} bytes, and the system allows {SocketPathBytes}",
            $"Write a directory of at most {SocketPathBytes - SocketNameBytes} bytes, such as \"/run/proxygroups\".");
    }

    private static void CheckGroup(ProcessGroupSettings group, MachineFacts machine, bool linux, Checks checks)
    {
        if (IsPath(group.Directory))
        {
            var directory = Path.GetFullPath(group.Directory, machine.ContentRoot);
            checks.Require(machine.DirectoryExists(directory), "Directory", group.Directory, $"does not exist: {directory}", "Create it, or correct the path; relative ones start at the content root.");
        }

        if (IsPath(group.Log.File))
        {
            var file = Path.GetFullPath(group.Log.File!, machine.ContentRoot);
            checks.Section("Log").Require(!machine.DirectoryExists(file), "File", group.Log.File, $"is a directory: {file}", "Name a file in it, such as \"logs/app.log\".");
        }

        MachineWorkerChecks.Check(group.Worker, machine, linux, checks.Section("Worker"));
        if (!linux)
        {
            RefuseForPlain("PreloadApp", group.PreloadApp ? true : null, checks);
            RefuseForPlain("Watchdog", group.Timeouts.Watchdog == Timeout.InfiniteTimeSpan ? null : group.Timeouts.Watchdog, checks.Section("Timeouts"));
            RefuseForPlain("WorkerMemory", group.Recycle.WorkerMemory, checks.Section("Recycle"));
        }
    }

    private static void RefuseForPlain(string key, object? value, Checks section) =>
        section.Require(value is null, key, $"{value}", "cannot be honoured by the plain launcher", "Remove it, or run on Linux with \"Launcher\": \"auto\".");

    private static void CheckTools(IEnumerable<ProcessGroupSettings> groups, MachineFacts machine, Checks root)
    {
        foreach (var (program, package, isNeeded) in Tools)
        {
            root.Require(!groups.Any(group => isNeeded(group.Worker)) || machine.ProgramExists(program), "Launcher", "linux",
                $"needs the program {program}, which is not on PATH", $"Install it: apt-get install {package}; or write \"Launcher\": \"plain\".");
        }
    }
}
