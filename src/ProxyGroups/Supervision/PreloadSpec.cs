namespace ProxyGroups.Supervision;

/// <summary>The process that a worker may be forked from instead of being started plainly, as plain serialisable data.</summary>
/// <param name="ApplicationGroup">Whose list of modules it is.</param>
/// <param name="Modules">What is imported before the fork.</param>
/// <param name="Command">Program and arguments of the preloader.</param>
/// <param name="Environment">The preloader's own: nothing of one group alone, but what an interpreter reads only at its start.</param>
/// <param name="Patience">How long a worker's start may wait for it.</param>
internal sealed record PreloadSpec(
    string ApplicationGroup, IReadOnlyList<string> Modules, IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Environment, TimeSpan Patience);
