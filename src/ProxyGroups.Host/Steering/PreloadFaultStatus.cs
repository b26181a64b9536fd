namespace ProxyGroups.Host.Steering;

/// <summary>Why processes are started plainly although they were to be forked.</summary>
internal sealed record PreloadFaultStatus(string Effect, string Cause, string Remedy)
{
    public override string ToString() => $"{char.ToLowerInvariant(Effect[0])}{Effect[1..]}: {Cause.TrimEnd('.')}. {Remedy}";
}
