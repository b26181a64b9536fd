using ProxyGroups.Configuration;

namespace ProxyGroups.Groups;

/// <summary>What requests travel through to one worker, as this room sees it; disposed when the worker is gone.</summary>
internal interface IWorkerConnection : IDisposable
{
    /// <summary>Follows settings that need no restart, for requests from now on. Slots are added before they are leased.</summary>
    void Adapt(ProcessGroupSettings settings, int threads);

    /// <summary>What a slot does at the moment; null: nothing that has come so far. Any thread.</summary>
    SlotWork? Look(int slot);
}
