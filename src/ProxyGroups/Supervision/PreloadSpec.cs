using System.Text.Json;

namespace ProxyGroups.Supervision;

/// <summary>The process that a worker may be forked from instead of being started plainly, as plain serialisable data.</summary>
/// <param name="Owner">Whose it is: an application group, or the app of one process group.</param>
/// <param name="Imports">What is imported before the fork: modules, or the app itself.</param>
/// <param name="Command">Program and arguments of the preloader.</param>
/// <param name="Environment">The preloader's own: nothing of one group alone, but what an interpreter reads only at its start; that of an app: all that its workers have in common.</param>
/// <param name="Patience">How long a worker's start may wait for it.</param>
internal sealed record PreloadSpec(string Owner, IReadOnlyList<string> Imports, IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Environment, TimeSpan Patience)
{
    // No name of an application group has a space.
    private const string OfAppPrefix = "app ";

    /// <summary>Owner of the preloader of a process group's app.</summary>
    public static string OwnerOf(string group) => OfAppPrefix + group;

    /// <summary>The process group whose app's preloader has this owner; null: an application group's.</summary>
    public static string? GroupOf(string owner) => owner.StartsWith(OfAppPrefix, StringComparison.Ordinal) ? owner[OfAppPrefix.Length..] : null;

    /// <summary>It imports the app itself: workers of one group and generation are forked from it, and it has their place, rights and limits.</summary>
    public bool IsOfApp { get; init; }

    /// <summary>Modules that are imported after <see cref="Imports"/>, and nobody has named.</summary>
    public IReadOnlyList<string> Learned { get; init; } = [];

    /// <summary>Code of modules that workers were seen to run (<see cref="CodeWord"/>): it is laid close together.</summary>
    public IReadOnlyList<string> LearnedCode { get; init; } = [];

    /// <summary>Program and arguments of what tries which modules can be learned.</summary>
    public IReadOnlyList<string> Trial { get; init; } = [];

    /// <summary>The settings ask for what is learned.</summary>
    public bool Learns { get; init; }

    /// <summary>What is imported, for people.</summary>
    public IReadOnlyList<string> Shown => Learned.Count == 0 ? Imports : [.. Imports, $"{Learned.Count} learned modules"];

    /// <summary>What the preloader of an app may be forked from itself; null: it is started plainly.</summary>
    public PreloadSpec? Base { get; init; }

    /// <summary>The same for workers that may be forked from one process: nothing differs that a fork cannot change.</summary>
    public string KeyFor(LaunchSpec worker) => JsonSerializer.Serialize(new object?[]
    {
        Owner, Imports, Learned, LearnedCode, Command, Environment.OrderBy(static variable => variable.Key, StringComparer.Ordinal),
        worker.User, worker.Group, worker.SupplementaryGroups, worker.Capabilities, worker.NoNewPrivileges, IsOfApp ? worker.Worker.Generation : null,
    });
}
