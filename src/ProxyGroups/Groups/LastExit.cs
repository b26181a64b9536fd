using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>How the last worker of a rank ended.</summary>
/// <param name="At">By the group's clock.</param>
internal sealed record LastExit(int Pid, int Generation, WorkerReason Reason, WorkerExit Exit, TimeSpan At);
