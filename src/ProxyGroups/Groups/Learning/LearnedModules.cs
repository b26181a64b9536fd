namespace ProxyGroups.Groups.Learning;

/// <summary>Modules that a trial has found fit to be preloaded.</summary>
/// <param name="Names">In the order of their import; they load more.</param>
/// <param name="Others">First parts of names that mean another module to some app: with all that it loads it has none of these.</param>
/// <param name="Size">Memory that they take in one process, in bytes.</param>
internal sealed record LearnedModules(IReadOnlyList<string> Names, IReadOnlyList<string> Others, long Size)
{
    /// <summary>Words of code that apps were seen to run, in the order in which it should lie.</summary>
    public IReadOnlyList<string> Code { get; init; } = [];
}
