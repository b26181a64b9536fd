namespace ProxyGroups.Groups;

/// <summary>How many answers clients of a group got, by status code. Any thread.</summary>
internal sealed class AnswerCounts
{
    private const int OfOneClass = 100;

    // Hundred by hundred, for most groups answer with few of them and some with none.
    private readonly long[]?[] _classes = new long[]?[10];

    /// <param name="status">Of three digits at most; others are not counted, for no client takes them.</param>
    public void Count(int status)
    {
        if ((uint)status >= (uint)(_classes.Length * OfOneClass))
        {
            return;
        }

        ref var counts = ref _classes[status / OfOneClass];
        var ours = Volatile.Read(ref counts) ?? Interlocked.CompareExchange(ref counts, new long[OfOneClass], null) ?? counts;
        Interlocked.Increment(ref ours[status % OfOneClass]);
    }

    /// <summary>Those that were given at least once.</summary>
    public IEnumerable<(int Status, long Count)> Read() =>
        from counts in _classes.Index()
        from count in counts.Item?.Index() ?? []
        let read = Interlocked.Read(ref counts.Item![count.Index])
        where read > 0
        select ((counts.Index * OfOneClass) + count.Index, read);
}
