using ProxyGroups.Configuration;
using ProxyGroups.Groups.Caps;

namespace ProxyGroups.Tests.Groups.Caps;

/// <summary>Groups below caps and their workers, written as words: "shop0 shop1? blog0-" is one that runs, one that waits for room, one that leaves.</summary>
internal static class CapScene
{
    public static readonly TimeSpan Now = TimeSpan.FromSeconds(100);

    /// <param name="groups">"shop 2" keeps two, "blog 0 python" belongs to an application group.</param>
    public static Dictionary<string, CapGroup> Groups(int? machine, int? python, string groups, int? megabytes = null, int? megabytesOfPython = null) => CapGroup.Read(new ProxyGroupsSettings
    {
        MaxProcesses = machine,
        MaxMemory = (long?)megabytes << 20,
        ApplicationGroups = new Dictionary<string, ApplicationGroupSettings> { ["python"] = new() { MaxProcesses = python, MaxMemory = (long?)megabytesOfPython << 20 } },
        ProcessGroups = groups.Split(", ").Select(static text => text.Split(' ')).ToDictionary(
            static words => words[0],
            static words => new ProcessGroupSettings { Processes = int.Parse(words[1], null), MaxProcesses = 9, ApplicationGroup = words.ElementAtOrDefault(2) }),
    });

    /// <summary>"shop0" runs, "shop0-" leaves, "shop0?" waits, "shop0!" waits as heir; "shop0?3" has waited for 3 s, "shop0_" waits though no request does; "shop0=50" uses 50 MiB.</summary>
    public static List<CapWorker> Workers(string workers) => [.. workers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Worker)];

    /// <summary>Idle times by worker: "shop1 20" has been idle for 20 s, "shop1 0" is busy.</summary>
    public static IEnumerable<YieldOffer> Offers(IReadOnlyList<CapWorker> workers, string offers) => offers.Split(", ", StringSplitOptions.RemoveEmptyEntries)
        .Select(static text => text.Split(' '))
        .Select(words => new YieldOffer(workers.Single(worker => worker.Stage == CapStage.Held && Name(worker) == words[0]), TimeSpan.FromSeconds(double.Parse(words[1], null))));

    /// <summary>"shop" for the group that room is made for, "none" where a cap is exceeded.</summary>
    public static string Short(string purpose) => purpose.StartsWith("to make room for group ", StringComparison.Ordinal) ? purpose["to make room for group ".Length..] : "none";

    public static string Name(CapWorker worker) => $"{worker.Group}{worker.Rank}";

    private static CapWorker Worker(string word, int index)
    {
        var (text, memory) = (word.Split('=')[0], word.Split('=').ElementAtOrDefault(1));
        var mark = text.IndexOfAny(['?', '!', '-', '_']);
        var name = mark < 0 ? text : text[..mark];
        var waited = mark >= 0 && mark + 1 < text.Length ? double.Parse(text[(mark + 1)..], null) : 0;
        return new CapWorker(index + 1, name[..^1], name[^1] - '0', Now - TimeSpan.FromSeconds(waited))
        {
            Stage = mark < 0 ? CapStage.Held : text[mark] == '-' ? CapStage.Leaving : CapStage.Waiting,
            IsHeir = mark >= 0 && text[mark] == '!',
            IsPressed = mark >= 0 && text[mark] != '_',
            Memory = memory is null ? null : long.Parse(memory, null) << 20,
            ReadySince = mark < 0 ? TimeSpan.Zero : null,
        };
    }
}
