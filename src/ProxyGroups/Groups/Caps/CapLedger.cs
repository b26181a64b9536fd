using System.Globalization;

namespace ProxyGroups.Groups.Caps;

/// <summary>Counts who uses how much of each cap. Scratch paper of one decision.</summary>
internal sealed class CapLedger(IReadOnlyDictionary<string, CapGroup> groups)
{
    private const int MostNames = 5;

    private readonly Dictionary<string, int> _held = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<Cap> Caps => groups.Values.SelectMany(static group => group.Caps).Distinct();

    public CapLedger Add(params IEnumerable<CapWorker> workers)
    {
        foreach (var worker in workers)
        {
            _held[worker.Group] = Held(worker.Group) + 1;
        }

        return this;
    }

    public void Remove(CapWorker worker) => _held[worker.Group]--;

    public int Held(string group) => _held.GetValueOrDefault(group);

    public int Minimum(string group) => groups[group].Minimum;

    public bool IsUnder(string group, Cap cap) => groups[group].Caps.Contains(cap);

    /// <summary>The cap that has no room for one more worker of this group; null: there is room.</summary>
    public Cap? ShortOf(string group) => groups[group].Caps.FirstOrDefault(cap => IsShort(cap, group));

    public bool IsOver(Cap cap) => MembersOf(cap).Sum(member => Held(member.Name)) > cap.Processes;

    /// <summary>Who uses the cap, for people: "shop 3, blog 1 of 2 that are kept for it".</summary>
    public string Describe(Cap cap)
    {
        var users = MembersOf(cap).Where(member => Used(member) > 0).OrderByDescending(Used).ThenBy(static member => member.Name, StringComparer.Ordinal).ToList();
        var names = users.Take(MostNames).Select(member => string.Create(CultureInfo.InvariantCulture, $"{member.Name} {Held(member.Name)}{(Held(member.Name) < member.Minimum ? $" of {member.Minimum} that are kept for it" : "")}"));
        return string.Join(", ", names) + (users.Count > MostNames ? string.Create(CultureInfo.InvariantCulture, $" and {users.Count - MostNames} other groups") : "");
    }

    // What always runs finds its room free: whoever is above its minimum may not take it.
    private bool IsShort(Cap cap, string group) =>
        MembersOf(cap).Sum(member => Held(member.Name)) >= cap.Processes || (Held(group) >= Minimum(group) && MembersOf(cap).Sum(Used) >= cap.Processes);

    private int Used(CapGroup group) => Math.Max(Held(group.Name), group.Minimum);

    private IEnumerable<CapGroup> MembersOf(Cap cap) => groups.Values.Where(group => group.Caps.Contains(cap));
}
