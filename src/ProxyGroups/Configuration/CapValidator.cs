using System.Globalization;

namespace ProxyGroups.Configuration;

/// <summary>The rules of caps and limits on workers of several groups together: what always runs has to fit, and a number that can never be reached is refused.</summary>
internal static class CapValidator
{
    public static void Validate(ProxyGroupsSettings settings, Checks root)
    {
        Check(settings.MaxProcesses, [.. settings.ProcessGroups], "all groups", root);
        CheckMemory(settings.MaxMemory, root);
        foreach (var (name, group) in settings.ApplicationGroups)
        {
            var checks = root.Section("ApplicationGroups").Section(name);
            Check(group.MaxProcesses, [.. settings.MembersOf(name)], "its process groups", checks);
            CheckReach(group.MaxProcesses, settings.MaxProcesses, $"{SettingsReader.Section}:MaxProcesses", checks);
            CheckMemory(group.MaxMemory, checks);
            checks.Require(!(group.MaxMemory > settings.MaxMemory), "MaxMemory", SizeText.Format(group.MaxMemory), $"is above {SettingsReader.Section}:MaxMemory ({SizeText.Format(settings.MaxMemory)}), so it can never be reached", "Write less, or raise that.");
            GroupValidator.Validate(group.Group, checks.Section("Group"));
            checks.Require(!(group.MaxMemory > group.Group.Memory), "MaxMemory", SizeText.Format(group.MaxMemory), $"is above Group:Memory ({SizeText.Format(group.Group.Memory)}), where the kernel kills, so it can never be reached", "Write less, or raise that.");
        }

        foreach (var (name, group) in settings.ProcessGroups)
        {
            CheckGroup(settings, name, group, root);
        }
    }

    private static void Check(int? most, IReadOnlyList<KeyValuePair<string, ProcessGroupSettings>> groups, string whose, Checks checks)
    {
        checks.Range("MaxProcesses", most, SettingsRanges.MachineProcesses);
        var onDemand = groups.Any(static group => group.Value.Processes == 0) ? 1 : 0;
        var least = groups.Sum(static group => (long)group.Value.Processes) + onDemand;
        checks.Require(!(most < least), "MaxProcesses", Text(most), $"is less than what {whose} need at least: {Sum(groups, onDemand, least)}", $"Lower their Processes, or write {Text(least)} or more.");
    }

    private static void CheckMemory(long? most, Checks checks) => checks.Require(
        most is null or >= SettingsRanges.LeastMemory, "MaxMemory", SizeText.Format(most), "leaves no memory for a program", "Write a size such as \"2GiB\", or remove it.");

    // "blog 2 + shop 3 + 1 for those that start on demand = 6"
    private static string Sum(IEnumerable<KeyValuePair<string, ProcessGroupSettings>> groups, int onDemand, long least)
    {
        var parts = groups.Where(static group => group.Value.Processes > 0).OrderBy(static group => group.Key, StringComparer.Ordinal).Select(static group => $"{group.Key} {Text(group.Value.Processes)}");
        return $"{string.Join(" + ", onDemand > 0 ? parts.Append("1 for those that start on demand") : parts)} = {Text(least)}";
    }

    private static void CheckGroup(ProxyGroupsSettings settings, string name, ProcessGroupSettings group, Checks root)
    {
        var checks = root.Section("ProcessGroups").Section(name);
        if (group.IsElastic)
        {
            CheckReach(group.MaxProcesses, settings.MaxProcesses, $"{SettingsReader.Section}:MaxProcesses", checks);
        }

        if (group.ApplicationGroup is not { } parent)
        {
            return;
        }

        if (settings.ApplicationGroups.TryGetValue(parent, out var above))
        {
            CheckBelow(above, $"{SettingsReader.Section}:ApplicationGroups:{parent}", group, checks);
            GroupValidator.CheckWorkers(group, above.Group, $" of {name}", root.Section("ApplicationGroups").Section(parent).Section("Group"));
        }
        else
        {
            checks.Fail("ApplicationGroup", parent, "is no application group",
                NearestName.Find(parent, settings.ApplicationGroups.Keys) is { } nearest ? $"Did you mean \"{nearest}\"?" : $"Define it in {SettingsReader.Section}:ApplicationGroups, or remove it.");
        }
    }

    private static void CheckBelow(ApplicationGroupSettings above, string path, ProcessGroupSettings group, Checks checks)
    {
        if (group.IsElastic)
        {
            CheckReach(group.MaxProcesses, above.MaxProcesses, $"{path}:MaxProcesses", checks);
        }

        GroupValidator.CheckReach(group.Group, above.Group, $"{path}:Group", checks.Section("Group"));
    }

    private static void CheckReach(int? number, int? cap, string path, Checks checks) => checks.Require(
        !(number > cap), "MaxProcesses", Text(number), $"is above {path} ({Text(cap)}), so it can never be reached", $"Write {Text(cap)} or less, or raise {path}.");

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);
}
