using System.Globalization;

namespace ProxyGroups.Configuration;

/// <summary>The part of <see cref="MachineChecks"/> that concerns identity and limits of workers.</summary>
internal static class MachineWorkerChecks
{
    public static void Check(WorkerSettings worker, MachineFacts machine, bool linux, Checks checks)
    {
        if (!linux)
        {
            RefuseAll(worker, checks);
            return;
        }

        CheckUser(worker.User, machine, checks);
        CheckGroup("Group", worker.Group, machine, checks);
        foreach (var (number, group) in (worker.SupplementaryGroups ?? []).Index())
        {
            CheckGroup($"{number}", group, machine, checks.Section("SupplementaryGroups"));
        }

        checks.Require(worker.SupplementaryGroups is not { Count: 0 } || machine.IsRoot, "SupplementaryGroups", null, NeedsRoot(machine), "Start the front door as root, or remove SupplementaryGroups.");
        checks.Require(worker.Umask is null || machine.MaySetUmask, "Umask", worker.Umask, "needs unshare(2), which this system forbids", "Remove it, or let the container allow unshare(2).");
        checks.Require(worker.Nice is not < 0 || machine.IsRoot, "Nice", $"{worker.Nice}", "is negative, which needs root", "Write 0 to 19, or start the front door as root.");
        checks.Require(worker.Capabilities is null || machine.IsRoot, "Capabilities", null, NeedsRoot(machine), "Start the front door as root, or remove Capabilities.");
        CheckLimit("OpenFiles", worker.OpenFiles, "Max open files", "LimitNOFILE", machine, checks);
        CheckLimit("CpuSeconds", worker.CpuSeconds, "Max cpu time", "LimitCPU", machine, checks, SettingsRanges.CpuGraceSeconds);
        CheckLimit("AddressSpace", worker.AddressSpace, "Max address space", "LimitAS", machine, checks);
        CheckLimit("CoreSize", worker.CoreSize, "Max core file size", "LimitCORE", machine, checks);
    }

    private static string NeedsRoot(MachineFacts machine) => $"needs a front door that is root; it is {machine.UserName}";

    private static void RefuseAll(WorkerSettings worker, Checks checks)
    {
        (string Key, object? Value)[] settings =
        [
            ("User", worker.User), ("Group", worker.Group), ("SupplementaryGroups", worker.SupplementaryGroups), ("Umask", worker.Umask), ("Nice", worker.Nice), ("CpuSeconds", worker.CpuSeconds),
            ("OpenFiles", worker.OpenFiles), ("AddressSpace", worker.AddressSpace), ("CoreSize", worker.CoreSize), ("Capabilities", worker.Capabilities),
        ];
        foreach (var (key, value) in settings)
        {
            checks.Require(value is null, key, $"{value}", "cannot be honoured by the plain launcher", "Remove it, or run on Linux with \"Launcher\": \"auto\".");
        }
    }

    private static void CheckUser(string? user, MachineFacts machine, Checks worker)
    {
        if (user is null || user == machine.UserName)
        {
            return;
        }

        if (!machine.Users.Contains(user))
        {
            var nearest = NearestName.Find(user, machine.Users);
            worker.Fail("User", user, "is not in /etc/passwd", nearest is null ? $"Create it: adduser --system --group {user}" : $"Did you mean \"{nearest}\"?");
        }
        else
        {
            worker.Require(machine.IsRoot, "User", user, NeedsRoot(machine), "Start the front door as root, or remove User.");
        }
    }

    private static void CheckGroup(string key, string? group, MachineFacts machine, Checks worker)
    {
        if (group is null)
        {
            return;
        }

        if (!machine.Groups.Contains(group))
        {
            var nearest = NearestName.Find(group, machine.Groups);
            worker.Fail(key, group, "is not in /etc/group", nearest is null ? $"Create it: addgroup --system {group}" : $"Did you mean \"{nearest}\"?");
        }
        else
        {
            worker.Require(machine.IsRoot, key, group, NeedsRoot(machine), "Start the front door as root, or remove the group.");
        }
    }

    private static void CheckLimit(string key, long? value, string name, string unit, MachineFacts machine, Checks worker, long grace = 0)
    {
        var limit = machine.HardLimits.TryGetValue(name, out var hard) && !machine.MayRaiseLimits ? hard - grace : long.MaxValue;
        worker.Require(value is null || value <= limit, key, string.Create(CultureInfo.InvariantCulture, $"{value}"),
            string.Create(CultureInfo.InvariantCulture, $"is above the hard limit of the front door ({limit}), and raising it needs root with CAP_SYS_RESOURCE"),
            string.Create(CultureInfo.InvariantCulture, $"Write {limit} or less, or raise {unit}= in the front door's systemd unit."));
    }
}
