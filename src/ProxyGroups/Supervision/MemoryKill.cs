namespace ProxyGroups.Supervision;

/// <summary>The kernel killed something that a worker had started, or the worker itself, because memory ran out.</summary>
/// <param name="Processes">How many since it was last looked for.</param>
/// <param name="Cause">Whose memory ran out, and what to do.</param>
internal sealed record MemoryKill(long Processes, string Cause)
{
    /// <summary>As an operator says it.</summary>
    public override string ToString() => Processes == 1 ? $"1 process of it was {Cause}" : $"{Processes} processes of it were {Cause}";
}
