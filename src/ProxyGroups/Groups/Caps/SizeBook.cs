namespace ProxyGroups.Groups.Caps;

/// <summary>
/// What workers that have not been measured are taken to use: as much as the largest of their group, else as its last one. Where nothing is
/// known of the group, as the largest below the same cap, but no more than the others could ever spare: what is only guessed makes a worker
/// wait, and would keep it waiting for ever, since only its start can show how large it is. Not thread-safe.
/// </summary>
internal sealed class SizeBook
{
    private readonly Dictionary<string, long> _last = new(StringComparer.OrdinalIgnoreCase);

    public void Note(string group, long bytes) => _last[group] = bytes;

    public IReadOnlyList<CapWorker> Estimate(IReadOnlyDictionary<string, CapGroup> groups, IReadOnlyList<CapWorker> workers)
    {
        if (!groups.Values.Any(static group => group.CountsMemory))
        {
            return workers;
        }

        var largest = workers.Where(static worker => worker.Memory is not null).GroupBy(static worker => worker.Group, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(static group => group.Key, static group => group.Max(static worker => worker.Memory), StringComparer.OrdinalIgnoreCase);
        long? Known(string group) => largest.GetValueOrDefault(group) ?? (_last.TryGetValue(group, out var last) ? last : null);
        List<CapWorker> known = [.. workers.Select(worker => worker.Memory is not null ? worker : worker with { Memory = Known(worker.Group) })];
        var ledger = new CapLedger(groups).Add(known.Where(static worker => worker.Stage == CapStage.Held));
        long? Guess(string group) => Least(Neighbours(groups, group).Max(Known), ledger.SpareFor(group));
        return [.. known.Select(worker => worker.Memory is not null ? worker : worker with { Memory = Guess(worker.Group) })];
    }

    private static long? Least(long? guess, long? spare) => spare > 0 && spare < guess ? spare : guess;

    private static IEnumerable<string> Neighbours(IReadOnlyDictionary<string, CapGroup> groups, string group) => groups.Values
        .Where(other => !other.IsPreloader && other.Caps.Any(cap => cap.Memory is not null && groups[group].Caps.Contains(cap))).Select(static other => other.Name);
}
