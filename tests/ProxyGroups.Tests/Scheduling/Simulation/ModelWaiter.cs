using ProxyGroups.Scheduling;

namespace ProxyGroups.Tests.Scheduling.Simulation;

/// <summary>A waiter in the model: it adds up its own waiting time, millisecond by millisecond.</summary>
internal sealed class ModelWaiter
{
    public required int Ticket { get; init; }

    public required long EnqueuedAt { get; init; }

    public required int Excluded { get; init; }

    public required SlotKind Kind { get; init; }

    public long Waited { get; set; }

    public long Booted { get; set; }

    public long Paused { get; set; }

    public long Total => Waited + Booted + Paused;
}
