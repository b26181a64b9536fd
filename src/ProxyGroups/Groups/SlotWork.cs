namespace ProxyGroups.Groups;

/// <summary>The request that a slot serves, as its worker gets it.</summary>
/// <param name="Path">Without the query.</param>
internal readonly record struct SlotWork(string Method, string Path);
