namespace ProxyGroups.Host.Steering;

/// <summary>The live picture in text: application groups, process groups, who waits, and each worker as a row of slots.</summary>
internal sealed class TopPicture(int width, int height, bool hasColours)
{
    private const int Yellow = 33;
    private const int Blue = 34;
    private const int Grey = 90;
    private const int MostSlots = 16;
    private const int Wide = 100;

    public IReadOnlyList<string> Draw(FrontDoorStatus status)
    {
        var names = Math.Max(5, status.Groups.Select(static group => group.Name.Length).DefaultIfEmpty().Max());
        var states = status.Groups.Select(static group => group.State.Length).DefaultIfEmpty().Max();
        var lines = new List<ScreenLine> { Head(status), Line() };
        foreach (var family in status.Groups.GroupBy(static group => group.ApplicationGroup).OrderBy(static family => family.Key is null).ThenBy(static family => family.Key, StringComparer.Ordinal))
        {
            lines.Add(Line().Add(family.Key is null ? "process groups of their own" : OfParent(family.Key, status), Grey));
            lines.AddRange(family.SelectMany(group => StatusText.Troubles(group).Select(trouble => Line().Add($"    {trouble}", Yellow)).Prepend(OfGroup(group, names, states))));
        }

        return [.. Fit(lines).Append(Line().Add("q ends. A browser shows more and steers: proxygroups top --web", Grey)).Select(static line => line.ToString())];
    }

    private ScreenLine Line() => new(width, hasColours);

    private ScreenLine Head(FrontDoorStatus status) => Line().Add(
        $"ProxyGroups {status.ServerVersion}  pid {status.Pid}  up {Words.Of(status.Time - status.Started)}  {status.Groups.Sum(static group => group.BusySlots)}/{status.Groups.Sum(static group => group.Slots)} slots busy  {status.Groups.Sum(static group => group.Queued)} waiting  {Words.OfCores(status.Groups.Sum(static group => group.CpuShare ?? 0))} cores  {Words.OfBytes(status.Memory)}");

    private static string OfParent(string name, FrontDoorStatus status)
    {
        var parent = status.ApplicationGroups.FirstOrDefault(parent => parent.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        var preloaders = parent?.Preloaders.Select(static preloader => $"  preloader {preloader.Pid} {preloader.State} {Words.OfBytes(preloader.Pss)}") ?? [];
        var sharing = parent?.Sharing is { } found ? $"  {Words.OfBytes(found.Used)}, sharing saves {Words.OfBytes(found.Saved)}" : string.Empty;
        return $"application group {name}{sharing}{string.Concat(preloaders)}";
    }

    private ScreenLine OfGroup(GroupStatus group, int names, int states)
    {
        var line = Line().Add($"  {group.Name.PadRight(names)}  ").Add(group.State.PadRight(states), Report.ColourOf(group.State));
        if (group.Serves)
        {
            line.Add($"  {(group.Queued > 0 ? $"{group.Queued} waiting, {Words.Of(group.OldestWait)}" : "nobody waits"),-18}", group.Queued > 0 ? Blue : Grey);
        }

        line.Add($"  {(group.Serves ? Words.OfShare(group.Detail.Utilisation.OneMinute) : "-"),5} used", Grey);
        if (width >= Wide)
        {
            line.Add($"  cpu {Words.OfCores(group.CpuShare),5}  {Words.OfBytes(group.Memory),8}", Grey);
        }

        foreach (var worker in group.Workers)
        {
            AddWorker(line, worker);
        }

        return line;
    }

    private static void AddWorker(ScreenLine line, WorkerStatus worker)
    {
        line.Add($"  {worker.Rank} ");
        if (worker.State != "ready")
        {
            line.Add(worker.State, Yellow);
        }
        else if (worker.Slots > MostSlots)
        {
            line.Add($"{worker.Busy}/{worker.Slots}", worker.Busy > 0 ? Yellow : Grey);
        }
        else
        {
            line.Add(new string('●', worker.Busy), Yellow).Add(new string('○', worker.Slots - worker.Busy), Grey);
        }
    }

    // One line is for the keys.
    private IEnumerable<ScreenLine> Fit(List<ScreenLine> lines)
    {
        var room = Math.Max(1, height - 1);
        return lines.Count <= room ? lines : lines.Take(room - 1).Append(Line().Add($"  and {lines.Count - room + 1} lines more: make the window higher", Grey));
    }
}
