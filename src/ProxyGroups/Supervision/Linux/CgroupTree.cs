using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using ProxyGroups.Configuration;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// The front door's part of the cgroup file system: HOME/proxygroups-NAME[/application-group.NAME]/GROUP/wID. A group's cgroup has its
/// limits, a worker's holds all that the worker ever started; application-group.NAME/preloader.wID holds a preloader. Controllers can be handed down only by a cgroup without processes of its own
/// (cgroups(7)), so what lives in HOME itself is moved into HOME/front-door. Thread-safe once it is open.
/// </summary>
internal sealed class CgroupTree : IDisposable
{
    private static readonly string[] Wanted = ["cpu", "memory", "pids"];
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(1);

    // The period of cpu.max, in microseconds: the kernel's default.
    private const int Period = 100_000;

    // No name of a process group and no file of the kernel begins so.
    private const string ApplicationGroupPrefix = "application-group.";
    private const string PreloaderPrefix = "preloader.w";

    private readonly Lock _gate = new();
    private readonly Cgroup _root;
    private readonly string _controllers;
    private volatile Dictionary<string, Cgroup> _groups = [];
    private IReadOnlyList<Cgroup> _left = [];

    private CgroupTree(Cgroup root, IReadOnlySet<string> controllers)
    {
        _root = root;
        _controllers = string.Join(' ', Wanted.Where(controllers.Contains).Select(static name => "+" + name));
    }

    /// <summary>Makes the front door's cgroup, and ends what an earlier front door with this runtime folder left in it.</summary>
    /// <exception cref="IOException">The kernel refuses it.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not.</exception>
    public static CgroupTree Open(CgroupFacts facts, RuntimeDirectory directory, ILogger logger)
    {
        var home = new Cgroup(facts.Path!);
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(directory.Location)))[..8];
        var tree = new CgroupTree(home.Child("proxygroups-" + name), facts.Controllers);
        tree.EndLeftovers(logger);
        tree.HandDown(home);
        tree._root.Create();
        tree.HandDown(tree._root);
        return tree;
    }

    /// <summary>
    /// Makes the cgroup of each application group and process group that has none, and writes the limits of all. A process group that changes
    /// its application group gets a new one, for its next workers; the old one goes when the last worker in it is gone.
    /// </summary>
    /// <exception cref="SettingsException">The kernel refuses a limit.</exception>
    public void Apply(ProxyGroupsSettings settings)
    {
        lock (_gate)
        {
            var above = settings.ApplicationGroups.ToDictionary(static group => group.Key, group => _root.Child(ApplicationGroupPrefix + group.Key.ToLowerInvariant()), StringComparer.OrdinalIgnoreCase);
            var groups = settings.ProcessGroups.ToDictionary(
                static group => group.Key, group => (group.Value.ApplicationGroup is { } name ? above[name] : _root).Child(group.Key.ToLowerInvariant()), StringComparer.OrdinalIgnoreCase);
            foreach (var (name, group) in settings.ApplicationGroups)
            {
                Apply(above[name], group.Group, $"ApplicationGroups:{name}");
            }

            foreach (var (name, group) in settings.ProcessGroups)
            {
                Apply(groups[name], group.Group, $"ProcessGroups:{name}");
            }

            _groups = groups;
            var wanted = above.Values.Concat(groups.Values).Select(static cgroup => cgroup.Location).ToHashSet(StringComparer.Ordinal);
            _left = [.. CgroupsOfGroups().Where(cgroup => !wanted.Contains(cgroup.Location))];
        }

        Sweep();
    }

    /// <summary>Removes the cgroups of groups that have gone or moved, as soon as no worker is in them any more.</summary>
    public void Sweep()
    {
        lock (_gate)
        {
            _left = [.. _left.Where(static cgroup => !cgroup.TryRemove())];
        }
    }

    /// <summary>Where the next workers of this process group run.</summary>
    public Cgroup Find(string group) => _groups.TryGetValue(group, out var cgroup) ? cgroup : _root.Child(group.ToLowerInvariant());

    /// <summary>Bytes that fit below the limits of this process group and of its application group; null: neither has one.</summary>
    public long? MemoryRoomOf(string group) => Find(group) is var cgroup && ApplicationGroupOf(cgroup) is null ? cgroup.MemoryRoom : Cgroup.Lower(cgroup.MemoryRoom, cgroup.Parent.MemoryRoom);

    /// <summary>Bytes that fit below the limits of this application group; null: it has none.</summary>
    public long? MemoryRoomOfApplicationGroup(string name) => _root.Child(ApplicationGroupPrefix + name.ToLowerInvariant()).MemoryRoom;

    /// <summary>The application group whose cgroup is the parent of this one; null: it has none.</summary>
    public static string? ApplicationGroupOf(Cgroup group) => ApplicationGroupAt(group.Parent);

    /// <summary>The application group whose cgroup this is; null: it is none's.</summary>
    public static string? ApplicationGroupAt(Cgroup cgroup) => Path.GetFileName(cgroup.Location) is var name && name.StartsWith(ApplicationGroupPrefix, StringComparison.Ordinal) ? name[ApplicationGroupPrefix.Length..] : null;

    /// <summary>Where the preloader of a worker's application group is to run.</summary>
    /// <param name="worker">Path of the worker's cgroup.</param>
    /// <param name="id">Of the preloader.</param>
    /// <returns>Null: the worker's group is in no application group any more.</returns>
    public static string? PathOfPreloader(string worker, int id) =>
        new Cgroup(worker).Parent is var group && ApplicationGroupOf(group) is not null ? group.Parent.Child(string.Create(CultureInfo.InvariantCulture, $"{PreloaderPrefix}{id}")).Location : null;

    /// <summary>Where a worker of this group is to run.</summary>
    public string PathOf(WorkerIdentity worker) => Path.Combine(Find(worker.Group).Location, string.Create(CultureInfo.InvariantCulture, $"w{worker.Id}"));

    public void Dispose() => _root.RemoveAll();

    private void EndLeftovers(ILogger logger)
    {
        foreach (var pid in _root.AllProcesses())
        {
            WorkerLog.StragglerEnded(logger, pid);
        }

        if (_root.IsPopulated)
        {
            _root.Kill();
            SpinWait.SpinUntil(() => !_root.IsPopulated, KillPatience);
        }

        _root.RemoveAll();
    }

    private void HandDown(Cgroup cgroup)
    {
        if (_controllers.Length is 0)
        {
            return;
        }

        // Shells that started us count too; the root of all cgroups, which has no type, may keep its processes.
        foreach (var pid in cgroup.Read("cgroup.type") is null ? [] : cgroup.Processes())
        {
            cgroup.Child("front-door").Create();
            cgroup.Child("front-door").Enter(pid);
        }

        cgroup.Write("cgroup.subtree_control", _controllers);
    }

    // Those in an application group before it: only what is empty can be removed. A preloader's goes with it.
    private IEnumerable<Cgroup> CgroupsOfGroups() => _root.Children.SelectMany(static child =>
        ApplicationGroupAt(child) is null ? [child] : child.Children.Where(static member => !Path.GetFileName(member.Location).StartsWith(PreloaderPrefix, StringComparison.Ordinal)).Append(child));

    private void Apply(Cgroup cgroup, GroupSettings limits, string path)
    {
        try
        {
            cgroup.Create();
            HandDown(cgroup);
            Write(cgroup, limits);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException([new SettingsError($"{SettingsReader.Section}:{path}:Group", null, $"is refused by the kernel: {failure.Message.TrimEnd('.')}", "Correct the limit, or see who else writes into the front door's cgroup.")]);
        }
    }

    // A limit that is not set any more goes back to the kernel's own; where its file is missing there was none.
    private static void Write(Cgroup cgroup, GroupSettings group)
    {
        (string File, string? Value, string Unset)[] limits =
        [
            ("cpu.weight", Text(group.CpuWeight), "100"),
            ("cpu.max", group.Cpus is { } cpus ? string.Create(CultureInfo.InvariantCulture, $"{(long)(cpus * Period)} {Period}") : null, "max"),
            ("memory.max", Text(group.Memory), "max"), ("memory.high", Text(group.MemoryHigh), "max"),
            ("pids.max", Text(group.Tasks), "max"),
        ];
        foreach (var (file, value, unset) in limits.Where(limit => limit.Value is not null || cgroup.Read(limit.File) is not null))
        {
            cgroup.Write(file, value ?? unset);
        }
    }

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);
}
