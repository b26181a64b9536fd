namespace ProxyGroups.Groups;

/// <summary>What came to a group and what it was answered, also before it was removed and came again: what is counted never falls. Any thread.</summary>
internal sealed class GroupTotals
{
    private long _requests;

    /// <summary>How many came.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    public AnswerCounts Answers { get; } = new();

    /// <summary>One more has come.</summary>
    public void CountRequest() => Interlocked.Increment(ref _requests);
}
