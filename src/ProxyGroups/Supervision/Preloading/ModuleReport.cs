namespace ProxyGroups.Supervision;

/// <summary>What a process says that it has loaded.</summary>
/// <param name="Loaded">Modules of the interpreter's own library, in the order of their import.</param>
/// <param name="Others">First parts of names that mean another module to the app.</param>
/// <param name="Size">Memory that they take, in bytes, where it was measured; else 0.</param>
internal sealed record ModuleReport(IReadOnlyList<string> Loaded, IReadOnlyList<string> Others, long Size)
{
    /// <summary>Code of these modules that has run.</summary>
    public IReadOnlyList<CodeWord> Code { get; init; } = [];
}
