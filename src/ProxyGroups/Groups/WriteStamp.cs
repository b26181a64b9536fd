namespace ProxyGroups.Groups;

/// <summary>What tells that a file was written again.</summary>
internal readonly record struct WriteStamp(long Modified, long Length);
