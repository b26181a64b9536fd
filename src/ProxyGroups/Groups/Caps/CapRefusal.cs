namespace ProxyGroups.Groups.Caps;

/// <summary>A worker that finds no room, not even once those that leave are gone.</summary>
/// <param name="Shortage">The cap that is reached.</param>
/// <param name="IsSuccessor">The worker that it is to replace still serves.</param>
internal sealed record CapRefusal(CapWorker Worker, CapShortage Shortage, bool IsSuccessor);
