namespace ProxyGroups.Configuration;

/// <summary>A key that is known and refused: what is wrong with it, what to do, and the keys it may hold.</summary>
internal sealed record Refusal(string Message, string Remedy, params IReadOnlyList<string> Children)
{
    public static Refusal Later(string remedy, params IReadOnlyList<string> children) => new("is not supported yet", remedy, children);

    public static Refusal Bypassed(string remedy) => new("is YARP's own and has no effect on a process group", remedy);
}
