using System.Globalization;

namespace ProxyGroups.Groups.Caps;

/// <summary>Counts who uses how much of each cap. Scratch paper of one decision.</summary>
internal sealed class CapLedger(IReadOnlyDictionary<string, CapGroup> groups)
{
    private const int MostNames = 5;

    private readonly Dictionary<string, List<CapWorker>> _held = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<Cap> Caps => groups.Values.SelectMany(static group => group.Caps).Distinct();

    public CapLedger Add(params IEnumerable<CapWorker> workers)
    {
        foreach (var worker in workers)
        {
            (_held.TryGetValue(worker.Group, out var held) ? held : _held[worker.Group] = []).Add(worker);
        }

        return this;
    }

    public void Remove(CapWorker worker) => _held[worker.Group].RemoveAll(held => held.Id == worker.Id);

    public int Held(string group) => _held.TryGetValue(group, out var held) ? held.Count : 0;

    public int Minimum(string group) => groups[group].Minimum;

    public bool IsUnder(string group, Cap cap) => groups[group].Caps.Contains(cap);

    /// <summary>The first cap that has no room for this worker; null: there is room.</summary>
    public CapShortage? ShortOf(CapWorker worker) => groups[worker.Group].Caps
        .Select(cap => IsFull(cap, worker.Group) ? new CapShortage(cap, false) : LacksMemory(cap, worker) ? new CapShortage(cap, true) : null)
        .FirstOrDefault(static shortage => shortage is not null);

    /// <summary>Workers of unknown size start one after the other below a cap on memory: what the first one uses is known when it is ready.</summary>
    public bool IsUnknownBeside(CapWorker worker) => worker.Memory is null
        && groups[worker.Group].Caps.Any(cap => cap.Memory is not null && MembersOf(cap).SelectMany(WorkersOf).Any(static held => held is { Memory: null, ReadySince: null }));

    public CapShortage? OverOf(Cap cap) => CountOf(cap) > cap.Processes ? new CapShortage(cap, false)
        : MemoryOf(cap) > cap.Memory ? new CapShortage(cap, true)
        : null;

    /// <summary>Bytes that are free below the cap; null: it is none on memory.</summary>
    public long? RoomOf(Cap cap) => cap.Memory - MemoryOf(cap);

    /// <summary>A cap on memory has room for this worker once all others but those that are kept are gone.</summary>
    public bool CouldFit(CapWorker worker, Cap cap) => (worker.Memory ?? 0) <= Spare(cap);

    /// <summary>Bytes below all caps of a group once all others but those that are kept are gone; null: nothing bounds them.</summary>
    public long? SpareFor(string group) => groups[group].Caps.Min(Spare);

    /// <summary>Who uses the cap, for people: "shop 3, blog 1 of 2 that are kept for it", or "shop 300MiB, blog 80MiB".</summary>
    public string Describe(CapShortage shortage)
    {
        long Use(CapGroup member) => shortage.IsOfMemory ? MemoryOf(member) : member.IsPreloader ? 0 : Used(member);
        var users = MembersOf(shortage.Cap).Where(member => Use(member) > 0).OrderByDescending(Use).ThenBy(static member => member.Name, StringComparer.Ordinal).ToList();
        var names = users.Take(MostNames).Select(member => $"{member.Name} {(shortage.IsOfMemory ? Megabytes(MemoryOf(member)) : Count(member))}");
        return string.Join(", ", names) + (users.Count > MostNames ? string.Create(CultureInfo.InvariantCulture, $" and {users.Count - MostNames} other groups") : "");
    }

    public static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20}MiB");

    // What always runs finds its room free: whoever is above its minimum may not take it.
    private bool IsFull(Cap cap, string group) =>
        CountOf(cap) >= cap.Processes || (Held(group) >= Minimum(group) && WorkerGroupsOf(cap).Sum(Used) >= cap.Processes);

    // One that is alone starts however large it is: else its app would never run, and nobody could make room for it.
    private bool LacksMemory(Cap cap, CapWorker worker) => CountOf(cap) > 0 && MemoryOf(cap) + (worker.Memory ?? 0) > cap.Memory;

    private string Count(CapGroup group) =>
        string.Create(CultureInfo.InvariantCulture, $"{Held(group.Name)}{(Held(group.Name) < group.Minimum ? $" of {group.Minimum} that are kept for it" : "")}");

    // The highest ranks leave first.
    private long? Spare(Cap cap) => cap.Memory - MembersOf(cap).SelectMany(member => WorkersOf(member).OrderBy(static held => held.Rank).Take(member.IsPreloader ? int.MaxValue : member.Minimum)).Sum(static held => held.Memory ?? 0);

    private int CountOf(Cap cap) => WorkerGroupsOf(cap).Sum(member => Held(member.Name));

    private long MemoryOf(Cap cap) => MembersOf(cap).Sum(MemoryOf);

    private long MemoryOf(CapGroup group) => WorkersOf(group).Sum(static worker => worker.Memory ?? 0);

    private List<CapWorker> WorkersOf(CapGroup group) => _held.GetValueOrDefault(group.Name) ?? [];

    private int Used(CapGroup group) => Math.Max(Held(group.Name), group.Minimum);

    private IEnumerable<CapGroup> WorkerGroupsOf(Cap cap) => MembersOf(cap).Where(static member => !member.IsPreloader);

    private IEnumerable<CapGroup> MembersOf(Cap cap) => groups.Values.Where(group => group.Caps.Contains(cap));
}
