namespace ProxyGroups.Host.Steering;

/// <summary>The processes that workers are forked from, a line for each, and what sharing saves.</summary>
internal static class PreloaderText
{
    public static void Write(Report report, FrontDoorStatus status)
    {
        var rows = status.ApplicationGroups.SelectMany(static parent => Rows(parent.Name, parent.Preloaders))
            .Concat(status.Groups.SelectMany(static group => Rows($"app {group.Name}", group.Detail.Preloaders))).ToList();
        Write(report, "preloader of", rows);
        foreach (var (name, sharing) in status.ApplicationGroups.Select(static parent => ($"application group {parent.Name}", parent.Sharing))
            .Concat(status.Groups.Where(static group => group.ApplicationGroup is null).Select(static group => (group.Name, group.Detail.Sharing))))
        {
            if (sharing is not null)
            {
                report.Line($"{name}: its workers use {sharing}");
            }
        }
    }

    public static void Write(Report report, GroupDetailStatus detail)
    {
        Write(report, "forked from", [.. Rows("its app", detail.Preloaders)]);
        if (detail.Sharing is { } sharing)
        {
            report.Line($"its workers use {sharing}");
        }
    }

    private static void Write(Report report, string head, List<IReadOnlyList<string>> rows)
    {
        if (rows.Count > 0)
        {
            report.Line(string.Empty);
            Table.Write(report, [head, "pid", "gen", "up", "memory", "+shared", "state", "has imported"], rows);
        }
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(string owner, IEnumerable<PreloaderStatus> preloaders) => preloaders.Select(preloader => (IReadOnlyList<string>)
    [
        owner,
        $"{preloader.Pid}",
        $"{preloader.Generation}",
        Words.Of(preloader.Uptime),
        Words.OfBytes(preloader.Memory),
        Words.OfBytes(preloader.Pss - preloader.Memory),
        preloader.State,
        string.Join(", ", preloader.Imports),
    ]);
}
