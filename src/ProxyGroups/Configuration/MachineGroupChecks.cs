namespace ProxyGroups.Configuration;

/// <summary>The part of <see cref="MachineChecks"/> that concerns limits of groups.</summary>
internal static class MachineGroupChecks
{
    private const string HowToDelegate =
        "Remove it, or give the front door a cgroup: Delegate=yes in its systemd unit, or the folder of one that its user may write in ProxyGroups:Cgroup.";

    /// <summary>A cgroup that is named has to be one, whether or not a group has limits.</summary>
    public static void CheckHome(ProxyGroupsSettings settings, MachineFacts machine, bool linux, Checks root)
    {
        if (settings.Cgroup is { } named)
        {
            root.Require(linux, "Cgroup", named, "cannot be honoured by the plain launcher", "Remove it, or run on Linux with \"Launcher\": \"auto\".");
            root.Require(!linux || machine.Cgroup.Fault is null, "Cgroup", named, $"cannot be used: {machine.Cgroup.Fault}",
                "Make a folder in the cgroup v2 file system (mkdir), give it to the front door's user (chown), and name it here.");
        }
    }

    public static void Check(ProxyGroupsSettings settings, GroupSettings group, MachineFacts machine, bool linux, Checks checks)
    {
        (string Key, object? Value, string Controller)[] limits =
        [
            ("CpuWeight", group.CpuWeight, "cpu"), ("Cpus", group.Cpus, "cpu"), ("Memory", group.Memory, "memory"), ("MemoryHigh", group.MemoryHigh, "memory"), ("Tasks", group.Tasks, "pids"),
        ];
        foreach (var (key, _, controller) in limits.Where(static limit => limit.Value is not null))
        {
            if (!linux)
            {
                checks.Fail(key, null, "cannot be honoured by the plain launcher", "Remove it, or run on Linux with \"Launcher\": \"auto\".");
            }
            else if (machine.Cgroup.Fault is { } fault)
            {
                // A folder that is named and wrong is an error of its own, told once.
                checks.Require(settings.Cgroup is not null, key, null, $"needs a cgroup of the front door's own: {fault}", HowToDelegate);
            }
            else
            {
                checks.Require(machine.Cgroup.Controllers.Contains(controller), key, null,
                    $"needs the cgroup controller \"{controller}\", which {machine.Cgroup.Path} does not have",
                    $"Remove it, or delegate the controller (Delegate={controller}); what cgroup v1 holds is not there for v2: boot with systemd.unified_cgroup_hierarchy=1.");
            }
        }
    }
}
