using ProxyGroups.Supervision;
using Xunit;

namespace ProxyGroups.Tests.Supervision;

public sealed class WorkerTransitionsTests
{
    private static readonly HashSet<(WorkerState From, WorkerState To)> Legal =
    [
        (WorkerState.Starting, WorkerState.Ready), (WorkerState.Starting, WorkerState.Stopping), (WorkerState.Starting, WorkerState.Exited),
        (WorkerState.Ready, WorkerState.Draining), (WorkerState.Ready, WorkerState.Stopping), (WorkerState.Ready, WorkerState.Exited),
        (WorkerState.Draining, WorkerState.Stopping), (WorkerState.Draining, WorkerState.Exited),
        (WorkerState.Stopping, WorkerState.Exited),
    ];

    public static TheoryData<WorkerStatePair> Grid() =>
        [.. from current in Enum.GetValues<WorkerState>() from next in Enum.GetValues<WorkerState>() select new WorkerStatePair((int)current, (int)next)];

    [Theory]
    [MemberData(nameof(Grid))]
    public void Each_pair_of_states_is_legal_or_not_as_written(WorkerStatePair pair) =>
        Assert.Equal(Legal.Contains(((WorkerState)pair.From, (WorkerState)pair.To)), WorkerTransitions.IsLegal((WorkerState)pair.From, (WorkerState)pair.To));

    [Fact]
    public void Every_state_but_the_last_leads_to_the_end() =>
        Assert.All(Enum.GetValues<WorkerState>().Where(state => state is not WorkerState.Exited), state => Assert.True(WorkerTransitions.IsLegal(state, WorkerState.Exited)));

    [Fact]
    public void Each_reason_has_a_phrase_of_its_own()
    {
        var phrases = Enum.GetValues<WorkerReason>().Select(reason => reason.ToPhrase()).ToList();
        Assert.Equal(phrases.Count, phrases.Distinct().Count());
        Assert.All(phrases, phrase => Assert.False(string.IsNullOrWhiteSpace(phrase)));
    }
}
