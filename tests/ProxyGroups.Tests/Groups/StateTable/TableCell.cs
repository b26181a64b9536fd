using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups.StateTable;

/// <summary>What an event did to a group, in a line: what was started, what is noted besides, when the planner wants to be asked again.</summary>
internal static class TableCell
{
    public const string Nothing = "-";

    // What an action, a state or the wake-up says already; shown only where nothing else is.
    private static readonly HashSet<string> Implied =
    [
        nameof(GroupState.NextWorkerId), nameof(GroupState.PreparingGeneration), nameof(GroupState.PreparingSteps), nameof(GroupState.NeedsPreparation), nameof(GroupState.HasReadyWorker),
        nameof(GroupState.IsIdle), nameof(GroupState.IsClosed), nameof(GroupState.ClosedUntil), nameof(GroupState.RetryAt), nameof(GroupState.FailedAt), nameof(GroupState.MeasuredAt),
        nameof(GroupState.IsFinished), nameof(GroupState.LastFailure),
        nameof(WorkerView.Since), nameof(WorkerView.Reason), nameof(WorkerView.Deadline), nameof(WorkerView.IsOffered), nameof(WorkerView.IsKilled), nameof(WorkerView.IsDumped),
        nameof(WorkerView.IsSilenceNoted), nameof(WorkerView.WatchdogAt),
    ];

    // Kept for people to read: no decision looks at them.
    private static readonly HashSet<string> ForPeople = [nameof(GroupState.Exits), nameof(WorkerView.SpawnedAt), nameof(WorkerView.MemoryKill), nameof(WorkerView.MemoryKilledAt)];

    public static string Of(GroupState before, TimeSpan? wakeUpBefore, PlannerScript after)
    {
        var actions = string.Join(", ", after.Started.Select(Words));
        var wakeUp = after.WakeUp == wakeUpBefore ? "" : after.WakeUp is { } at ? $"wakes in {Text(at - after.Now)}" : "wakes no more";
        return Join(actions, Notes(before, after.State, Implied), wakeUp) is { Length: > 0 } text ? text
            : Join("", Notes(before, after.State, []), "") is { Length: > 0 } hidden ? hidden
            : Nothing;
    }

    private static string Join(string actions, IEnumerable<string> notes, string wakeUp)
    {
        var noted = string.Join(", ", notes);
        return string.Join("; ", new[] { actions, noted.Length > 0 ? $"({noted})" : "", wakeUp }.Where(static part => part.Length > 0));
    }

    public static string Words(GroupAction action) => action switch
    {
        GroupAction.Prepare prepare => $"Prepare generation {prepare.Generation}",
        GroupAction.Spawn spawn => $"Spawn {spawn.Worker} (rank {spawn.Rank}, generation {spawn.Generation})",
        GroupAction.FailStart fail => $"FailStart {fail.Worker}",
        GroupAction.Offer offer => $"Offer {offer.Worker}",
        GroupAction.Restore restore => $"Restore {restore.Worker}",
        GroupAction.Drain drain => $"Drain {drain.Worker} {drain.Reason}",
        GroupAction.Stop stop => $"Stop {stop.Worker} {stop.Reason}",
        GroupAction.Kill kill => $"Kill {kill.Worker} {kill.Reason}",
        GroupAction.Weigh weigh => $"Weigh {weigh.Worker} {weigh.Reason}",
        GroupAction.CheckWatchdog check => $"CheckWatchdog {check.Worker}",
        GroupAction.DumpStacks dump => $"DumpStacks {dump.Worker}",
        GroupAction.Remove remove => $"Remove {remove.Worker} {remove.Reason}",
        GroupAction.Gate { IsClosed: true } gate => $"Close for {Text(gate.RetryAfter)}",
        GroupAction.Gate => "Open",
        _ => action.GetType().Name,
    };

    private static IEnumerable<string> Notes(GroupState before, GroupState after, HashSet<string> left) => after.Workers
        .Where(worker => before.Find(worker.Id) is not null)
        .SelectMany(worker => Differences(before.Find(worker.Id)!, worker, left).Select(note => $"{worker.Id} {note}"))
        .Concat(Differences(before, after, left));

    private static IEnumerable<string> Differences<T>(T before, T after, HashSet<string> left) => typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.Name != nameof(GroupState.Workers) && !ForPeople.Contains(property.Name) && !left.Contains(property.Name) && !Same(property.GetValue(before), property.GetValue(after)))
        .Select(property => Difference(property, property.GetValue(after)));

    private static bool Same(object? one, object? other) =>
        one is ImmutableArray<Crash> some && other is ImmutableArray<Crash> others ? some.SequenceEqual(others) : Equals(one, other);

    private static string Difference(PropertyInfo property, object? value) => value switch
    {
        bool isSo => isSo ? property.Name : $"no {property.Name}",
        WorkerState => value.ToString()!,
        Enum => $"{property.Name} {value}",
        int or double => string.Create(CultureInfo.InvariantCulture, $"{property.Name} {value}"),
        null => $"no {property.Name}",
        _ => property.Name,
    };

    private static string Text(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}
