using System.Collections.Immutable;
using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Hosting.Systemd;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Hosting.Systemd;

/// <summary>What systemd is told of groups in every state, and which of them its start and reload wait for.</summary>
public sealed class GroupTallyTests
{
    private static readonly GroupState Serving = new()
    {
        Name = "shop", Settings = new ProcessGroupSettings(), Wanted = 1, PreparedGeneration = 1, Workers = [Worker(WorkerState.Ready, 1)],
    };

    private static readonly GroupState Booting = Serving with { Workers = [Worker(WorkerState.Starting, 1)] };

    public static TheoryData<string, bool, string> Table => new()
    {
        { "serving", true, "1 process group, 1 worker ready" },
        { "unheard of", false, "1 process group, 1 worker ready; restarting: shop" },
        { "unprepared", false, "1 process group, 1 worker ready; restarting: shop" },
        { "rolling", false, "1 process group, 2 workers ready; restarting: shop" },
        { "rolling in vain", true, "1 process group, 1 worker ready; failing: shop" },
        { "just begun", false, "1 process group, 0 workers ready; starting: shop" },
        { "booting", false, "1 process group, 0 workers ready; starting: shop" },
        { "failed", true, "1 process group, 0 workers ready; failing: shop" },
        { "closed", true, "1 process group, 0 workers ready; failing: shop" },
        { "idle", true, "1 process group, 0 workers ready" },
        { "stopped", true, "1 process group, 0 workers ready; stopped: shop" },
        { "leaving", true, "1 process group, 1 worker ready" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_state_of_a_group_is_told_and_waited_for_or_not(string state, bool isSettled, string expected)
    {
        var tally = new GroupTally([new GroupTally.Entry(StateOf(state), state == "unheard of" ? 2 : StateOf(state).Generation)]);
        Assert.Equal((isSettled, expected), (tally.IsSettled, tally.ToString()));
    }

    [Fact]
    public void Groups_are_named_in_order_and_one_that_starts_is_waited_for()
    {
        var tally = new GroupTally([new GroupTally.Entry(Booting with { Name = "b" }, 1), new GroupTally.Entry(Serving, 1), new GroupTally.Entry(Booting with { Name = "a" }, 1)]);
        Assert.Equal((false, "3 process groups, 1 worker ready; starting: a, b"), (tally.IsSettled, tally.ToString()));
    }

    private static GroupState StateOf(string state) => state switch
    {
        "unprepared" => Serving with { Generation = 2 },
        "rolling" => Serving with { Generation = 2, PreparedGeneration = 2, Workers = [Worker(WorkerState.Ready, 1), Worker(WorkerState.Ready, 2)] },
        "rolling in vain" => Serving with { Generation = 2, PreparedGeneration = 2, Failures = 1 },
        "just begun" => Booting with { PreparedGeneration = 0, Workers = [] },
        "booting" => Booting,
        "failed" => Booting with { Failures = 1, Workers = [] },
        "closed" => Booting with { IsClosed = true, Workers = [] },
        "idle" => Booting with { Wanted = 0, Workers = [] },
        "stopped" => Booting with { Phase = GroupPhase.Stopped, Workers = [] },
        "leaving" => Serving with { Phase = GroupPhase.Stopping, Generation = 2 },
        _ => Serving,
    };

    private static WorkerView Worker(WorkerState state, int generation) => new() { Id = generation, Rank = 0, Generation = generation, State = state, Since = TimeSpan.Zero };
}
