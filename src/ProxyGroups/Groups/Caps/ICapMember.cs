namespace ProxyGroups.Groups.Caps;

/// <summary>A process group that can part with workers. Called under the arbiter's lock: neither method may wait.</summary>
internal interface ICapMember
{
    /// <summary>The worker that it would part with first; null: none.</summary>
    SpareWorker? FindSpare();

    /// <summary>Asks it to retire this worker.</summary>
    void AskToYield(int worker);
}
