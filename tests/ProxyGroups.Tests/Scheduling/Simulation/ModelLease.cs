using ProxyGroups.Scheduling;

namespace ProxyGroups.Tests.Scheduling.Simulation;

/// <summary>A slot held in the model.</summary>
internal sealed record ModelLease(int Ticket, SlotKind Kind, long GrantedAt);
