namespace ProxyGroups.Admin;

/// <summary>Whether a command was taken.</summary>
/// <param name="Refusal">Why not, and what to do; null: it was taken.</param>
public sealed record CommandResult(string? Refusal)
{
    /// <summary>It was taken.</summary>
    public static CommandResult Taken { get; } = new((string?)null);

    /// <summary>True: it was taken.</summary>
    public bool IsTaken => Refusal is null;
}
