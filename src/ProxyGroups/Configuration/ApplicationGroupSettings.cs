namespace ProxyGroups.Configuration;

/// <summary>
/// What the operator wrote for one application group: a named parent of process groups, which name it in
/// <see cref="ProcessGroupSettings.ApplicationGroup"/>. It bounds what they use together.
/// </summary>
public sealed record ApplicationGroupSettings
{
    /// <summary>
    /// Most workers of its process groups together, those that start, drain and stop included. What happens there is what happens at the
    /// machine's own MaxProcesses.
    /// </summary>
    /// <value>1 to 100,000; not less than their Processes together, and one more where one of them starts on demand. Default not set: no bound but theirs and the machine's.</value>
    public int? MaxProcesses { get; init; }

    /// <summary>
    /// Most memory that the workers of its process groups use together, measured as the machine's own MaxMemory, with what happens there.
    /// </summary>
    /// <value>Bytes; in settings files a size such as "2GiB". 1 MiB and more. Default null (in files "off"): no bound but the machine's.</value>
    public long? MaxMemory { get; init; }

    /// <summary>Limits of all workers of its process groups together, kept by the kernel.</summary>
    public GroupSettings Group { get; init; } = new();
}
