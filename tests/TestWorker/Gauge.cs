namespace TestWorker;

/// <summary>Counts who is inside, the most there ever were, and all who came.</summary>
internal sealed class Gauge
{
    private readonly Lock _lock = new();

    public int Now { get; private set; }

    public int Max { get; private set; }

    public int Total { get; private set; }

    public IDisposable Enter()
    {
        lock (_lock)
        {
            Total++;
            Max = Math.Max(Max, ++Now);
        }

        return new Visit(this);
    }

    private void Leave()
    {
        lock (_lock)
        {
            Now--;
        }
    }

    private sealed class Visit(Gauge gauge) : IDisposable
    {
        public void Dispose() => gauge.Leave();
    }
}
