using System.Globalization;

namespace ProxyGroups.Supervision.Linux;

/// <summary>One folder of the cgroup v2 file system (cgroups(7)): processes that are bounded, frozen and killed together. Holds no state.</summary>
internal sealed class Cgroup(string path)
{
    private static readonly TimeSpan FreezePatience = TimeSpan.FromMilliseconds(100);

    public string Location { get; } = path;

    public bool Exists => Directory.Exists(Location);

    /// <summary>A process is in it or below; false as well once the cgroup is gone.</summary>
    public bool IsPopulated => Counter("cgroup.events", "populated") > 0;

    public bool IsFrozen => Counter("cgroup.events", "frozen") > 0;

    /// <summary>How many of its processes the kernel has killed because memory ran out, here or above.</summary>
    public long OomKills => Math.Max(Counter("memory.events", "oom_kill"), Counter("memory.events", "oom_group_kill"));

    /// <summary>How often its own memory.max was reached with nothing left to take back.</summary>
    public long OutOfMemory => Read("memory.events.local") is null ? Counter("memory.events", "oom") : Counter("memory.events.local", "oom");

    public long? MemoryMax => Number("memory.max");

    /// <summary>Bytes that fit below its limits; what the kernel could take back at once counts as free. Null: no limit.</summary>
    public long? MemoryRoom => Lower(MemoryMax, Number("memory.high")) - (Number("memory.current") - Counter("memory.stat", "inactive_file"));

    /// <summary>The same below its limits and those of all above it, as far as they can be seen.</summary>
    public long? MemoryRoomUpwards => Read("cgroup.controllers") is null ? null : Lower(MemoryRoom, Parent.MemoryRoomUpwards);

    /// <summary>The lower of two limits; null: none.</summary>
    public static long? Lower(long? one, long? other) => one is null || other < one ? other : one;

    public Cgroup Parent => new(Path.GetDirectoryName(Location)!);

    public IEnumerable<Cgroup> Children => Exists ? Directory.GetDirectories(Location).Select(static child => new Cgroup(child)) : [];

    public Cgroup Child(string name) => new(Path.Combine(Location, name));

    public void Create() => Directory.CreateDirectory(Location);

    /// <summary>Moves a process here; what it starts from now on is here too.</summary>
    /// <exception cref="IOException">It is gone, or the kernel refuses it.</exception>
    public void Enter(int pid) => Write("cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));

    /// <summary>The processes in it, without those below.</summary>
    public IReadOnlyList<int> Processes() =>
        [.. (Read("cgroup.procs") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => int.Parse(line, CultureInfo.InvariantCulture)).Where(static pid => pid > 0)];

    public IEnumerable<int> AllProcesses() => Processes().Concat(Children.SelectMany(static child => child.AllProcesses()));

    /// <summary>SIGKILL to all in it and below, whatever they fork meanwhile and whatever session they went into.</summary>
    public void Kill()
    {
        if (!TryWrite("cgroup.kill", "1") && Exists)
        {
            KillFrozen();
        }
    }

    /// <summary>For kernels before 5.14, which have no cgroup.kill: what is frozen forks nothing while one after the other is killed.</summary>
    public void KillFrozen()
    {
        TryWrite("cgroup.freeze", "1");
        SpinWait.SpinUntil(() => IsFrozen, FreezePatience);
        foreach (var pid in AllProcesses())
        {
            _ = Libc.Kill(pid, Libc.SigKill);
        }

        TryWrite("cgroup.freeze", "0");
    }

    /// <summary>Stops all in it from running, or lets them go on; <see cref="IsFrozen"/> tells when it is done.</summary>
    public void Freeze(bool isFrozen) => Write("cgroup.freeze", isFrozen ? "1" : "0");

    /// <summary>How long processes had to wait for a resource ("cpu", "memory", "io"); null where the kernel does not tell.</summary>
    public CgroupPressure? Pressure(string resource) => Read(resource + ".pressure") is { } text ? CgroupPressure.Parse(text) : null;

    public CgroupUsage Usage() => new(
        Location, Number("memory.current"), MemoryMax, (int?)Number("pids.current"), OomKills, Pressure("cpu"), Pressure("memory"), Pressure("io"));

    public string? Read(string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(Location, file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The cgroup is gone, or its kernel or controllers know no such file.
            return null;
        }
    }

    /// <exception cref="IOException">The kernel refuses it.</exception>
    public void Write(string file, string text) => File.WriteAllText(Path.Combine(Location, file), text);

    /// <summary>False: something is still in it.</summary>
    public bool TryRemove()
    {
        try
        {
            Directory.Delete(Location);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return !Exists;
        }
    }

    /// <summary>With all below it; what is still populated stays.</summary>
    public void RemoveAll()
    {
        foreach (var child in Children)
        {
            child.RemoveAll();
        }

        TryRemove();
    }

    private bool TryWrite(string file, string text)
    {
        try
        {
            Write(file, text);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // No such file in this kernel, or the cgroup is gone.
            return false;
        }
    }

    private long? Number(string file) =>
        long.TryParse(Read(file), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) ? number : null;

    private long Counter(string file, string name)
    {
        var line = Read(file)?.Split('\n').FirstOrDefault(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return long.TryParse(line?[(name.Length + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
    }
}
