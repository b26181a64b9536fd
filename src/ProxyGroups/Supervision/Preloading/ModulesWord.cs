namespace ProxyGroups.Supervision;

/// <summary>One datagram of a process that tells which modules it has loaded.</summary>
/// <param name="Loaded">Modules of the interpreter's own library.</param>
/// <param name="Others">First parts of names that mean another module to the app.</param>
/// <param name="Size">The last one; bytes, where it has measured: 0 where not.</param>
internal sealed record ModulesWord(IReadOnlyList<string> Loaded, IReadOnlyList<string> Others, long? Size)
{
    /// <summary>Words of code that was seen to run.</summary>
    public IReadOnlyList<string> Code { get; init; } = [];
}
