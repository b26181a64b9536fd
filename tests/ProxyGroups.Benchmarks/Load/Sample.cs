namespace ProxyGroups.Benchmarks.Load;

/// <summary>One request of an open loop; the latency counts from when it was due, so that a stalled server is not excused.</summary>
internal readonly record struct Sample(TimeSpan Due, TimeSpan Latency, TimeSpan SendLag, Answer Answer)
{
    public TimeSpan Ended => Due + Latency;

    /// <summary>Without our own lateness: on two cores the load generator waits for the CPU too.</summary>
    public TimeSpan SinceSent => Latency - SendLag;
}
