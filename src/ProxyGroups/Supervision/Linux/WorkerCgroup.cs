using ProxyGroups.Configuration;

namespace ProxyGroups.Supervision.Linux;

/// <summary>The cgroup of one worker: everything it starts stays in it, is killed with it, and is counted in it.</summary>
internal sealed class WorkerCgroup
{
    private readonly Lock _gate = new();
    private readonly Cgroup _cgroup;
    private readonly IReadOnlyList<Cgroup> _above;

    // Two looks, since the kernel counts the limit that was reached and the kill one after the other, and a worker may end of what was told just before.
    private (long Kills, IReadOnlyList<long> Above) _last;
    private (long Kills, IReadOnlyList<long> Above) _beforeLast;

    private WorkerCgroup(Cgroup cgroup)
    {
        _cgroup = cgroup;
        _above = CgroupTree.ApplicationGroupOf(cgroup.Parent) is null ? [cgroup.Parent] : [cgroup.Parent, cgroup.Parent.Parent];
        _last = _beforeLast = Look();
    }

    /// <exception cref="LaunchException">It cannot be made.</exception>
    public static WorkerCgroup? Create(string? path)
    {
        if (path is null)
        {
            return null;
        }

        return new(Try(path, static cgroup => cgroup.Create()));
    }

    /// <exception cref="LaunchException">The kernel refuses it.</exception>
    public void Enter(int pid) => Try(_cgroup.Location, cgroup => cgroup.Enter(pid));

    public void Kill() => _cgroup.Kill();

    /// <summary>Nothing of the worker is left, as the kernel says.</summary>
    public bool IsEmpty => !_cgroup.IsPopulated;

    /// <summary>What the kernel has killed of it since the last call because memory ran out; null: nothing.</summary>
    public MemoryKill? FindMemoryKill()
    {
        lock (_gate)
        {
            var look = Look();
            var kill = look.Kills > _last.Kills ? new MemoryKill(look.Kills - _last.Kills, Describe(look)) : null;
            (_beforeLast, _last) = (_last, look);
            return kill;
        }
    }

    /// <summary>Of late the kernel killed a process of it because memory ran out; says whose limit that was. Null: it did not.</summary>
    public string? DescribeMemoryKill()
    {
        lock (_gate)
        {
            return Look() is var look && look.Kills > _beforeLast.Kills ? Describe(look) : null;
        }
    }

    public void Remove() => _cgroup.RemoveAll();

    private (long Kills, IReadOnlyList<long> Above) Look() => (_cgroup.OomKills, [.. _above.Select(static owner => owner.OutOfMemory)]);

    private string Describe((long Kills, IReadOnlyList<long> Above) look)
    {
        var limited = _above.Where((owner, index) => look.Above[index] > _beforeLast.Above[index] && owner.MemoryMax is not null).FirstOrDefault();
        return limited is null
            ? "killed by the kernel: the machine, or a cgroup above the front door's, is out of memory; let fewer or smaller workers run, or give each group a Group:Memory"
            : $"killed by the kernel: memory limit {SizeText.Format(limited.MemoryMax)} of {WhoseIs(limited)}";
    }

    private static string WhoseIs(Cgroup limited) => CgroupTree.ApplicationGroupAt(limited) is { } name
        ? $"application group {name} reached; raise its Group:Memory, or let fewer or smaller workers run in its process groups"
        : $"group {Path.GetFileName(limited.Location)} reached; raise Group:Memory, or lower Threads or Recycle:WorkerMemory";

    private static Cgroup Try(string path, Action<Cgroup> deed)
    {
        var cgroup = new Cgroup(path);
        try
        {
            deed(cgroup);
            return cgroup;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException($"The worker's cgroup {path} cannot be used: {failure.Message}", "See who else writes there, and whether the front door's user owns the folders above.", failure);
        }
    }
}
