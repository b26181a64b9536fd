using ProxyGroups.Configuration;

namespace ProxyGroups.Supervision.Linux;

/// <summary>The cgroup of one worker: everything it starts stays in it, is killed with it, and is counted in it.</summary>
internal sealed class WorkerCgroup
{
    private readonly Cgroup _cgroup;
    private readonly long _outOfMemoryBefore;

    private WorkerCgroup(Cgroup cgroup)
    {
        _cgroup = cgroup;
        _outOfMemoryBefore = cgroup.Parent.OutOfMemory;
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

    /// <summary>The kernel killed a process of it because memory ran out; says whose limit that was. Null: it did not.</summary>
    public string? DescribeMemoryKill()
    {
        if (_cgroup.OomKills is 0)
        {
            return null;
        }

        var group = _cgroup.Parent;
        return group.MemoryMax is { } limit && group.OutOfMemory > _outOfMemoryBefore
            ? $"killed by the kernel: memory limit {SizeText.Format(limit)} of group {Path.GetFileName(group.Location)} reached; raise Group:Memory, or lower Threads or Recycle:WorkerMemory"
            : "killed by the kernel: the machine, or a cgroup above the group's, is out of memory; let fewer or smaller workers run, or give each group a Group:Memory";
    }

    public void Remove() => _cgroup.RemoveAll();

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
