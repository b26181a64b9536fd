using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using ProxyGroups.Configuration;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// The front door's part of the cgroup file system: HOME/proxygroups-NAME/GROUP/wID. A group's cgroup has its limits, a worker's
/// holds all that the worker ever started. Controllers can be handed down only by a cgroup without processes of its own
/// (cgroups(7)), so what lives in HOME itself is moved into HOME/front-door. One thread at a time but for the paths.
/// </summary>
internal sealed class CgroupTree : IDisposable
{
    private static readonly string[] Wanted = ["cpu", "memory", "pids"];
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(1);

    // The period of cpu.max, in microseconds: the kernel's default.
    private const int Period = 100_000;

    private readonly Cgroup _root;
    private readonly string _controllers;

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

    /// <summary>Makes the cgroup of each group that has none, and writes the limits of all; those of groups that are gone are removed.</summary>
    /// <exception cref="SettingsException">The kernel refuses a limit.</exception>
    public void Apply(IReadOnlyDictionary<string, ProcessGroupSettings> groups)
    {
        foreach (var (name, group) in groups)
        {
            Apply(name, group.Group);
        }

        var folders = groups.Keys.Select(name => Find(name).Location).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _root.Children.Where(child => !folders.Contains(child.Location)))
        {
            gone.TryRemove();
        }
    }

    public Cgroup Find(string group) => _root.Child(group.ToLowerInvariant());

    /// <summary>Where a worker of this group is to run.</summary>
    public string PathOf(WorkerIdentity worker) => Path.Combine(Find(worker.Group).Location, string.Create(CultureInfo.InvariantCulture, $"w{worker.Id}"));

    public void Dispose() => _root.RemoveAll();

    private void EndLeftovers(ILogger logger)
    {
        foreach (var pid in _root.Children.SelectMany(static group => group.Children).SelectMany(static worker => worker.Processes()))
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

    private void Apply(string name, GroupSettings limits)
    {
        try
        {
            var cgroup = Find(name);
            cgroup.Create();
            HandDown(cgroup);
            Write(cgroup, limits);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException([new SettingsError($"{SettingsReader.Section}:ProcessGroups:{name}:Group", null, $"is refused by the kernel: {failure.Message.TrimEnd('.')}", "Correct the limit, or see who else writes into the front door's cgroup.")]);
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
