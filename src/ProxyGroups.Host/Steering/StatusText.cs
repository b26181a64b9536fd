namespace ProxyGroups.Host.Steering;

/// <summary>The state of a front door as a table: a line for each group, and what is wrong.</summary>
internal static class StatusText
{
    public static void Write(Report report, FrontDoorStatus status)
    {
        report.Line($"ProxyGroups {status.ServerVersion}, pid {status.Pid}, up for {Words.Of(status.Time - status.Started)}: {status.Groups.Count} process groups, {status.Groups.Sum(static group => group.BusySlots)} of {status.Groups.Sum(static group => group.Slots)} slots busy");
        if (status.Groups.Count > 0)
        {
            report.Line(string.Empty);
            Table.Write(
                report,
                ["group", "processes", "busy", "used", "waiting", "oldest", "cpu", "memory", "state"],
                status.Groups.Select(group => (IReadOnlyList<string>)[group.Name, Size(group), Busy(group), Used(group), Waiting(group), OldestWait(group), Words.OfCores(group.CpuShare), Words.OfBytes(group.Memory), report.Paint(group.State)]));
        }

        PreloaderText.Write(report, status);
        foreach (var trouble in status.Groups.SelectMany(static group => Troubles(group).Select(trouble => $"{group.Name}: {trouble}")))
        {
            report.Line(trouble);
        }

        foreach (var learned in status.Learned.Select(static learned => learned.Text).OfType<string>())
        {
            report.Line(learned);
        }
    }

    /// <summary>What is wrong with a group, a line each.</summary>
    public static IEnumerable<string> Troubles(GroupStatus group)
    {
        if (group.Failure is { } failure)
        {
            yield return $"generation {failure.Generation} does not start, {failure.Tries} tries so far: {failure.Cause.TrimEnd('.')}. {failure.Remedy}";
        }

        if (group.Shortage is { } shortage)
        {
            yield return shortage;
        }

        if (group.PreloadFault is { } fault)
        {
            yield return fault.ToString();
        }
    }

    public static string Size(GroupStatus group) =>
        $"{group.Workers.Count(static worker => worker.State == "ready")} of {(group.MaxProcesses > group.Processes ? $"{group.Processes}-{group.MaxProcesses}" : $"{group.Processes}")}{(group.Serves ? $" x {group.Threads}" : string.Empty)}";

    public static string Busy(GroupStatus group) => group.Serves ? $"{group.BusySlots}/{group.Slots}" : "-";

    private static string Waiting(GroupStatus group) => group.Serves ? $"{group.Queued}" : "-";

    public static string OldestWait(GroupStatus group) => group.Queued > 0 ? Words.Of(group.OldestWait) : "-";

    private static string Used(GroupStatus group) => group.Serves ? Words.OfShare(group.Detail.Utilisation.OneMinute) : "-";
}
