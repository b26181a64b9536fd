namespace ProxyGroups.Groups.Caps;

/// <summary>A bound on the workers of several groups together.</summary>
/// <param name="Owner">Whose it is, for people: "the machine" or "application group python".</param>
/// <param name="Path">Configuration path of the section that holds it.</param>
/// <param name="Processes">Most workers; null: no bound.</param>
/// <param name="Memory">Most bytes that they use; null: no bound.</param>
internal sealed record Cap(string Owner, string Path, int? Processes, long? Memory = null);
