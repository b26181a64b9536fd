using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups;

/// <summary>What a group's history tells, as lines: kind, worker, state or text.</summary>
public sealed class StateChangesTests
{
    [Fact]
    public void A_life_is_told_from_its_process_to_its_exit()
    {
        var script = new PlannerScript().Start().Boot(1);
        Assert.Equal(
            [
                "group starting",
                "worker 0 pid 1001 starting: spawned",
                "worker 0 pid 1001 ready: became ready",
                "group serving",
            ],
            Lines(script));
        script.On(new GroupEvent.RestartRequested(WorkerReason.RestartAsked)).On(new GroupEvent.Prepared(2, null)).Boot(2).Gone(1);
        Assert.Equal(
            [
                "group serving, restarting",
                "worker 0 pid 1002 starting: spawned",
                "worker 0 pid 1001 draining: a restart was asked for",
                "worker 0 pid 1002 ready: became ready",
                "group serving",
                "worker 0 pid 1001 stopping: its last request ended",
                "worker 0 pid 1001 exited: its last request ended: exit code 0",
            ],
            Lines(script));
    }

    [Fact]
    public void Starts_that_fail_are_told_with_cause_and_remedy_and_when_the_group_refuses_requests()
    {
        var script = new PlannerScript().Start().Fail(1);
        Assert.Equal(
            [
                "group starting",
                "worker 0 pid 1001 starting: spawned",
                "worker 0 pid 1001 stopping: could not start",
                "failure step Launch: it ended. Remedy: mend it",
                "worker 0 pid 1001 exited: could not start: exit code 1",
            ],
            Lines(script));
        script.After(60).Tick().Fail(2);
        Assert.Contains("group failing", Lines(script));
    }

    [Fact]
    public void A_stop_and_a_death_are_told()
    {
        var script = new PlannerScript().Start().Boot(1).After(60).Exited(1, 137);
        Assert.Contains("worker 0 pid 1001 exited: exited by itself: signal 9 (KILL)", Lines(script));
        script.Boot(2).On(new GroupEvent.HoldRequested()).Gone(2);
        Assert.Contains("group stopped", Lines(script));
    }

    [Fact]
    public void A_kill_for_want_of_memory_is_told_while_the_worker_lives_and_each_one_once()
    {
        var script = new PlannerScript().Start().Boot(1);
        script.Told.Clear();
        script.On(Killed(1)).Tick();
        var told = Assert.Single(script.Told);
        Assert.Equal((HistoryKind.MemoryKill, 0, 1001, 1, "OutOfMemory", "1 process of it was killed by the kernel: memory limit 1GiB of group shop reached"), (told.Kind, told.Rank, told.Pid, told.Generation, told.Reason, told.Text));
        script.On(Killed(1)).On(Killed(2));
        Assert.Equal(["1 process", "1 process", "2 processes"], script.Told.Select(static entry => entry.Text[..entry.Text.IndexOf(" of it", StringComparison.Ordinal)]));
    }

    [Fact]
    public void What_changes_no_state_is_not_told()
    {
        var script = new PlannerScript().Start().Boot(1);
        script.Told.Clear();
        script.After(1).Tick().Measured(busy: 1).On(new GroupEvent.WorkerSuspected(1, 1));
        Assert.Empty(script.Told);
    }

    private static GroupEvent.MemoryKilled Killed(int processes) => new(1, new MemoryKill(processes, "killed by the kernel: memory limit 1GiB of group shop reached"));

    private static List<string> Lines(PlannerScript script)
    {
        var lines = script.Told.Select(static entry => entry.Kind switch
        {
            HistoryKind.Worker => $"worker {entry.Rank} pid {entry.Pid} {entry.State}: {entry.Text}",
            HistoryKind.Failure => $"failure {entry.Text}",
            _ => $"group {entry.Text}",
        }).ToList();
        script.Told.Clear();
        return lines;
    }
}
