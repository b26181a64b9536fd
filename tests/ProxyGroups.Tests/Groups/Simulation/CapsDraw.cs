using ProxyGroups.Configuration;

namespace ProxyGroups.Tests.Groups.Simulation;

/// <summary>Caps of a machine, drawn at random: some narrow, some not set, but always with room for what always runs, as the settings' own rules demand.</summary>
internal sealed class CapsDraw
{
    /// <summary>The application group of the first two groups.</summary>
    public const string Parent = "parent";

    private const int Companions = 2;

    private readonly int? _processes;
    private readonly int? _processesOfParent;
    private readonly int? _memory;
    private readonly int? _memoryOfParent;

    public CapsDraw(Random random)
    {
        int? Spare() => random.Next(2) == 0 ? random.Next(4) : null;
        (_processes, _processesOfParent, _memory, _memoryOfParent) = (Spare(), Spare(), Spare(), Spare());
    }

    public ProxyGroupsSettings For(IReadOnlyList<SimulatedGroup> groups)
    {
        var companions = groups.Take(Companions).ToList();
        return new ProxyGroupsSettings
        {
            MaxProcesses = Processes(groups, _processes),
            MaxMemory = Memory(groups, _memory),
            ApplicationGroups = new Dictionary<string, ApplicationGroupSettings> { [Parent] = new() { MaxProcesses = Processes(companions, _processesOfParent), MaxMemory = Memory(companions, _memoryOfParent) } },
            ProcessGroups = groups.ToDictionary(static group => group.Name, group => group.Settings with { ApplicationGroup = companions.Contains(group) ? Parent : null }),
        };
    }

    // One more for those that start on demand.
    private static int? Processes(IReadOnlyList<SimulatedGroup> groups, int? spare) => spare + groups.Sum(static group => group.Settings.Processes) + (groups.Any(static group => group.Settings.Processes == 0) ? 1 : 0);

    private static long? Memory(IReadOnlyList<SimulatedGroup> groups, int? spare) => spare is null ? null
        : groups.Sum(static group => group.Settings.Processes * group.LargestWorker) + ((spare + 1) * groups.Max(static group => group.LargestWorker));
}
