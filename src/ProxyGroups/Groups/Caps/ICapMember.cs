namespace ProxyGroups.Groups.Caps;

/// <summary>A process group that can part with workers. Called under the arbiter's lock: none of it may wait.</summary>
internal interface ICapMember
{
    /// <summary>The worker that it would part with first; null: none.</summary>
    SpareWorker? FindSpare();

    /// <summary>Requests wait for its workers.</summary>
    bool HasWaiting { get; }

    /// <summary>Asks it to retire this worker.</summary>
    void AskToYield(int worker);
}
