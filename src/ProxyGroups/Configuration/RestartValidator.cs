using System.Globalization;

namespace ProxyGroups.Configuration;

/// <summary>The rules of restarts and of the maintenance page.</summary>
internal static class RestartValidator
{
    public static void Validate(ProcessGroupSettings group, Checks checks)
    {
        CheckPages(group, checks);
        var (restart, section) = (group.Restart, checks.Section("Restart"));
        section.Duration("Debounce", restart.Debounce, mayBeOff: false);
        section.Require(!restart.Before.Any(static command => command.Count == 0 || command[0].Length == 0 || command.Any(static word => word.Contains('\0'))),
            "Before", null, "holds a command without a program", "Write each command as a list of words: [ [ \"python\", \"manage.py\", \"migrate\" ] ].");
        CheckBounds(group, section);
    }

    private static void CheckBounds(ProcessGroupSettings group, Checks section)
    {
        var (surge, unavailable) = (group.Restart.MaxSurge, group.Restart.MaxUnavailable);
        section.Range("MaxSurge", surge, SettingsRanges.MaxSurge);
        section.Range("MaxUnavailable", unavailable, SettingsRanges.MaxUnavailable);
        section.Require(surge != 0 || unavailable != 0, "MaxSurge", "0", "and MaxUnavailable 0 leave no way to replace a worker",
            "Write \"MaxSurge\": 1 (a successor is ready first), or \"MaxUnavailable\": 1 (a worker leaves first).");
        section.Require(unavailable <= group.MaxProcesses || group.MaxProcesses < 1, "MaxUnavailable", unavailable.ToString(CultureInfo.InvariantCulture),
            $"is above the number of workers ({group.MaxProcesses})", $"Write 0 to {group.MaxProcesses}.");
    }

    private static void CheckPages(ProcessGroupSettings group, Checks checks)
    {
        for (var i = 0; i < group.Restart.Watch.Count; i++)
        {
            checks.Section("Restart").Section("Watch").Require(IsBelow(group.Restart.Watch[i]), $"{i}", group.Restart.Watch[i],
                "is not a path below Directory", "Write a path without a leading \"/\" and without \"..\", such as \"tmp/restart.txt\" or \"**/*.py\".");
        }

        checks.Section("Maintenance").Require(group.Maintenance.Page is not { } page || IsBelow(page), "Page", group.Maintenance.Page,
            "is not a path below Directory", "Write a path without a leading \"/\" and without \"..\", such as \"maintenance.html\".");
    }

    private static bool IsBelow(string path) => path.Split('/') is var parts && !parts.Contains("..") && !parts.Contains(string.Empty) && !path.Contains('\0');
}
