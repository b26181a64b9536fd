namespace ProxyGroups.Configuration;

/// <summary>
/// What the operator wrote for one application group: a named parent of process groups, which name it in
/// <see cref="ProcessGroupSettings.ApplicationGroup"/>. So far it caps what they use together.
/// </summary>
public sealed record ApplicationGroupSettings
{
    /// <summary>
    /// Most workers of its process groups together, those that start, drain and stop included. What happens there is what happens at the
    /// machine's own MaxProcesses.
    /// </summary>
    /// <value>1 to 100,000; not less than their Processes together, and one more where one of them starts on demand. Default not set: no bound but theirs and the machine's.</value>
    public int? MaxProcesses { get; init; }
}
