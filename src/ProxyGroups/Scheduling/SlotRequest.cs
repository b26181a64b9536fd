namespace ProxyGroups.Scheduling;

/// <summary>
/// What a request asks of the scheduler. Class, flow key and preferred rank are seams for priorities, fairness and sticky
/// sessions; today every request is of class 0 and no rank is preferred.
/// </summary>
/// <param name="EnqueuedAt">Timestamp of the first try (<see cref="TimeProvider.GetTimestamp"/>), so that a retry keeps its wait; 0: now.</param>
/// <param name="ExcludedWorker">Worker that this request must not meet again; 0: none. Ids start at 1. Makes it a retry.</param>
/// <param name="IsRetry">It had a slot whose worker broke off.</param>
internal readonly record struct SlotRequest(
    long EnqueuedAt = 0,
    int ExcludedWorker = 0,
    int Class = 0,
    ulong FlowKey = 0,
    int PreferredRank = -1,
    SlotKind Kind = SlotKind.Thread,
    bool IsRetry = false)
{
    /// <summary>It had a slot whose worker broke off: refused more seldom, and placed near the head.</summary>
    public bool IsRetry { get; init; } = IsRetry || ExcludedWorker != 0;
}
