using System.Globalization;

namespace ProxyGroups.Configuration;

/// <summary>The rules of limits that the kernel keeps, of process groups and of application groups.</summary>
internal static class GroupValidator
{
    public static void Validate(GroupSettings group, Checks checks)
    {
        checks.Range("CpuWeight", group.CpuWeight, SettingsRanges.CpuWeight);
        checks.Require(group.Cpus is null or (>= SettingsRanges.LeastCpus and <= SettingsRanges.MostCpus), "Cpus", group.Cpus?.ToString(CultureInfo.InvariantCulture),
            "is no number of cores", "Write 0.01 to 4096, such as 1.5.");
        CheckSize("Memory", group.Memory, checks);
        CheckSize("MemoryHigh", group.MemoryHigh, checks);
        checks.Range("Tasks", group.Tasks, SettingsRanges.Tasks);
        checks.Require(!(group.MemoryHigh > group.Memory), "MemoryHigh", SizeText.Format(group.MemoryHigh),
            $"is above Memory ({SizeText.Format(group.Memory)}), so it would never be reached", "Write less than Memory, or remove one of them.");
    }

    /// <summary>A limit of a process group that its application group's own keeps it from is refused.</summary>
    /// <param name="path">Where the application group's limits are written.</param>
    public static void CheckReach(GroupSettings group, GroupSettings above, string path, Checks checks)
    {
        Check("Cpus", group.Cpus, "Cpus", above.Cpus, static cores => cores?.ToString(CultureInfo.InvariantCulture));
        Check("Memory", group.Memory, "Memory", above.Memory, static size => SizeText.Format((long?)size));
        Check("MemoryHigh", group.MemoryHigh, "Memory", above.Memory, static size => SizeText.Format((long?)size));
        Check("Tasks", group.Tasks, "Tasks", above.Tasks, static tasks => tasks?.ToString(CultureInfo.InvariantCulture));

        void Check(string key, double? limit, string aboveKey, double? bound, Func<double?, string?> format) => checks.Require(
            !(limit > bound), key, format(limit), $"is above {path}:{aboveKey} ({format(bound)}), so it can never be reached", $"Write less, or raise {path}:{aboveKey}.");
    }

    /// <summary>Else the kernel kills workers long before they are recycled.</summary>
    /// <param name="whose">" of GROUP" where the limits are those of its application group.</param>
    public static void CheckWorkers(ProcessGroupSettings settings, GroupSettings limits, string whose, Checks checks)
    {
        var (each, workers) = (settings.Recycle.WorkerMemory, settings.MaxProcesses);
        checks.Require(!(each * workers > limits.Memory), "Memory", SizeText.Format(limits.Memory),
            $"is less than the workers{whose} may use before they are recycled ({workers.ToString(CultureInfo.InvariantCulture)} x {SizeText.Format(each)})", "Raise it, or lower Recycle:WorkerMemory or MaxProcesses.");
    }

    private static void CheckSize(string key, long? size, Checks checks) => checks.Require(
        size is null or >= SettingsRanges.LeastMemory, key, SizeText.Format(size), "leaves no memory for a program", "Write a size such as \"512MiB\", or remove it.");
}
