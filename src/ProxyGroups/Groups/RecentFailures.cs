namespace ProxyGroups.Groups;

/// <summary>The last requests of a group that failed. Thread-safe.</summary>
internal sealed class RecentFailures
{
    public const int Capacity = 10;

    private readonly Lock _gate = new();
    private readonly Queue<FailedRequest> _last = new();

    public void Add(FailedRequest failed)
    {
        lock (_gate)
        {
            if (_last.Count == Capacity)
            {
                _last.Dequeue();
            }

            _last.Enqueue(failed);
        }
    }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<FailedRequest> Read()
    {
        lock (_gate)
        {
            return [.. _last.Reverse()];
        }
    }
}
