namespace ProxyGroups.Host.Steering;

/// <summary>What the command line reads of what was learned for an application group.</summary>
internal sealed record LearnedStatus(string ApplicationGroup, IReadOnlyList<string> Modules, long Size, int Workers, long Saving, bool IsAsked, IReadOnlyList<string> Groups, IReadOnlyList<string> Users)
{
    // Less is not worth a line.
    private const long Worthwhile = 1 << 20;

    /// <summary>Null: it saves nothing.</summary>
    public string? Text => Saving < Worthwhile ? null
        : $"application group {ApplicationGroup}: {(Users.Count > 0 ? $"{string.Join(", ", Users)} share" : $"{string.Join(", ", Groups)} could share")} what {Modules.Count} imports load, {Words.OfBytes(Size)} in a process: up to {Words.OfBytes(Saving)} less with {Workers} workers, until they write to it. {Advice}";

    private string Advice => (IsAsked, Users.Count) switch
    {
        (true, 0) => "Restart the groups to have it now; their next generations have it anyway.",
        (true, _) => "It was learned.",
        _ => "Write \"Preload\": \"learn\" in the application group, or name them: status --json lists them.",
    };
}
