namespace ProxyGroups.Supervision.Linux;

/// <summary>A group of users, asked of the system's own name service (getgrnam_r(3)).</summary>
internal static class UnixGroup
{
    /// <exception cref="LaunchException">There is no such group.</exception>
    public static uint IdOf(string name) =>
        Find(name) ?? throw new LaunchException($"This machine has no group '{name}'.", $"Create it (groupadd --system {name}), or correct Worker:Group and Worker:SupplementaryGroups.");

    private static unsafe uint? Find(string name)
    {
        for (var size = 1024; ; size *= 2)
        {
            var buffer = new byte[size];
            Libc.GroupEntry entry;
            Libc.GroupEntry* found;
            fixed (byte* start = buffer)
            {
                var error = Libc.GetGroupByName(name, &entry, start, (nuint)size, &found);
                if (error != Libc.BufferTooSmall)
                {
                    return error is not 0 || found is null ? null : entry.Group;
                }
            }
        }
    }
}
