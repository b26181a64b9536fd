using System.Globalization;

namespace ProxyGroups.Configuration;

/// <summary>The rules of a group's limits.</summary>
internal static class GroupValidator
{
    public static void Validate(ProcessGroupSettings settings, Checks checks)
    {
        var group = settings.Group;
        checks.Range("CpuWeight", group.CpuWeight, SettingsRanges.CpuWeight);
        checks.Require(group.Cpus is null or (>= SettingsRanges.LeastCpus and <= SettingsRanges.MostCpus), "Cpus", group.Cpus?.ToString(CultureInfo.InvariantCulture),
            "is no number of cores", "Write 0.01 to 4096, such as 1.5.");
        CheckSize("Memory", group.Memory, checks);
        CheckSize("MemoryHigh", group.MemoryHigh, checks);
        checks.Range("Tasks", group.Tasks, SettingsRanges.Tasks);
        checks.Require(!(group.MemoryHigh > group.Memory), "MemoryHigh", SizeText.Format(group.MemoryHigh),
            $"is above Memory ({SizeText.Format(group.Memory)}), so it would never be reached", "Write less than Memory, or remove one of them.");
        CheckWorkers(settings, checks);
    }

    private static void CheckSize(string key, long? size, Checks checks) => checks.Require(
        size is null or >= SettingsRanges.LeastMemory, key, SizeText.Format(size), "leaves no memory for a program", "Write a size such as \"512MiB\", or remove it.");

    // Else the kernel kills workers long before they are recycled.
    private static void CheckWorkers(ProcessGroupSettings settings, Checks checks)
    {
        var (each, workers) = (settings.Recycle.WorkerMemory, settings.MaxProcesses);
        checks.Require(!(each * workers > settings.Group.Memory), "Memory", SizeText.Format(settings.Group.Memory),
            $"is less than the workers may use before they are recycled ({workers.ToString(CultureInfo.InvariantCulture)} x {SizeText.Format(each)})", "Raise it, or lower Recycle:WorkerMemory or MaxProcesses.");
    }
}
