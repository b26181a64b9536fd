namespace ProxyGroups.Configuration;

/// <summary>
/// Limits of all workers of a process group, or of an application group, together, kept by the kernel (cgroup v2). They need a cgroup that belongs to the front door:
/// Delegate=yes in its systemd unit, or <see cref="ProxyGroupsSettings.Cgroup"/>. A change applies to running workers at once.
/// </summary>
public sealed record GroupSettings
{
    /// <summary>
    /// Share of the CPU while all want more than there is (cpu.weight): against the other process groups of the application group, or else
    /// against application groups and process groups without one.
    /// </summary>
    /// <value>1 to 10,000. Default not set: 100, as every other group.</value>
    public int? CpuWeight { get; init; }

    /// <summary>Most CPU time per time, in cores; beyond it the group's processes wait (cpu.max).</summary>
    /// <value>0.01 to 4096. Default not set.</value>
    public double? Cpus { get; init; }

    /// <summary>Most memory; beyond it the kernel kills a process of the group, and log and exit reason say so (memory.max).</summary>
    /// <value>Bytes; in settings files a size such as "2GiB". 1 MiB and more. Default not set.</value>
    public long? Memory { get; init; }

    /// <summary>Memory above which the group is slowed down and memory is taken back from it, before Memory is reached (memory.high).</summary>
    /// <value>Bytes; in settings files a size such as "1800MiB". 1 MiB and more, not above Memory. Default not set.</value>
    public long? MemoryHigh { get; init; }

    /// <summary>Most processes and threads; making one more fails inside the app (pids.max).</summary>
    /// <value>1 to 4,194,304. Default not set.</value>
    public int? Tasks { get; init; }

    /// <summary>In words, for people; empty where nothing is set.</summary>
    internal string Describe()
    {
        string?[] parts =
        [
            CpuWeight is { } weight ? FormattableString.Invariant($"cpu weight {weight}") : null,
            Cpus is { } cpus ? FormattableString.Invariant($"{cpus} cores") : null,
            Memory is { } memory ? $"memory {SizeText.Format(memory)}" : null,
            MemoryHigh is { } high ? $"slowed down from {SizeText.Format(high)}" : null,
            Tasks is { } tasks ? FormattableString.Invariant($"{tasks} tasks") : null,
        ];
        return string.Join(", ", parts.Where(static part => part is not null));
    }
}
