namespace ProxyGroups.Supervision.Linux;

/// <summary>Whom a worker runs as; null: as we do.</summary>
internal sealed record WorkerAccount(UnixUser? User, uint? Group, IReadOnlyList<uint>? SupplementaryGroups)
{
    /// <exception cref="LaunchException">This machine has no such user or group, or we may not change to it.</exception>
    public static WorkerAccount Of(LaunchSpec spec)
    {
        var account = new WorkerAccount(FindUser(spec), spec.Group is { } group ? UnixGroup.IdOf(group) : null, spec.SupplementaryGroups?.Select(UnixGroup.IdOf).ToList());
        return account == new WorkerAccount(null, null, null) || UnixUser.IsRoot
            ? account
            : throw new LaunchException($"Only root can start workers as {account}.", "Run the front door as root, or remove User, Group and SupplementaryGroups of Worker.");
    }

    /// <summary>As the arguments of setpriv(1).</summary>
    public IEnumerable<string> Arguments =>
    [
        .. User is null ? (string[])[] : [$"--reuid={User.Id}", "--inh-caps=-all"],
        .. (Group ?? User?.Group) is { } group ? (string[])[$"--regid={group}"] : [],
        .. this switch
        {
            { SupplementaryGroups: { Count: > 0 } groups } => (string[])["--groups=" + string.Join(',', groups)],
            { SupplementaryGroups: not null } => ["--clear-groups"],
            { User: not null } => ["--init-groups"],
            { Group: not null } => ["--keep-groups"],
            _ => [],
        },
    ];

    public override string ToString() => User is null ? "another group" : $"'{User.Name}'";

    private static UnixUser? FindUser(LaunchSpec spec) => spec.User is not { } name || name == Environment.UserName
        ? null
        : UnixUser.Find(name) ?? throw new LaunchException($"This machine has no user '{name}'.", $"Create it (useradd --system {name}), or correct Worker:User.");
}
