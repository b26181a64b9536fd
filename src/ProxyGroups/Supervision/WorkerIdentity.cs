namespace ProxyGroups.Supervision;

/// <summary>Who a worker is in logs and records. <paramref name="Id"/> is unique in the life of a front door.</summary>
internal readonly record struct WorkerIdentity(string Group, int Id, int Rank, int Generation)
{
    public override string ToString() => $"{Group}/{Rank} generation {Generation}";
}
