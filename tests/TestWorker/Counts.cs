namespace TestWorker;

/// <summary>What <c>/counts</c> tells: how much is and was under way at once.</summary>
internal sealed class Counts
{
    public Gauge Connections { get; } = new();

    public Gauge Requests { get; } = new();

    public override string ToString() =>
        $$"""{"requests":{{Requests.Total}},"maxRequests":{{Requests.Max}},"connections":{{Connections.Now}},"maxConnections":{{Connections.Max}}}""";
}
