namespace ProxyGroups.Configuration;

/// <summary>How worker processes are started.</summary>
public enum LauncherKind
{
    /// <summary>The Linux launcher on Linux, the plain one elsewhere.</summary>
    Auto,

    /// <summary>Unix sockets, users, limits, whole process trees. Refused where the system is not Linux.</summary>
    Linux,

    /// <summary>Any system: loopback ports, no users, no limits.</summary>
    Plain,
}
