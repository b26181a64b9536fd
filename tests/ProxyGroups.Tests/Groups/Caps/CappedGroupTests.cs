using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Groups.Caps;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups.Caps;

/// <summary>What a group does when its workers find no room, and when others need the room of its workers.</summary>
public sealed class CappedGroupTests
{
    private static readonly GroupEvent Restart = new GroupEvent.RestartRequested(WorkerReason.RestartAsked);

    [Fact]
    public void Without_room_for_a_successor_the_old_worker_goes_first_one_at_a_time()
    {
        var script = Rolling(processes: 3, new RestartSettings { MaxSurge = 2 });
        Assert.Equal([new GroupAction.Spawn(4, 0, 2), new GroupAction.Spawn(5, 1, 2)], script.Started);
        Assert.Equal([new GroupAction.Drain(1, WorkerReason.RestartAsked)], Drains(script.LacksRoom(4)));
        Assert.Empty(Drains(script.LacksRoom(5)));
        script.LacksRoom(4, false).On(new GroupEvent.WorkerDrained(1)).Exited(1);
        Assert.Equal(WorkerState.Ready, script.State.Find(2)!.State);
        script.Boot(4);
        Assert.Equal([new GroupAction.Drain(2, WorkerReason.RestartAsked)], Drains(script));
    }

    [Fact]
    public void An_heir_that_is_not_given_the_room_at_once_lets_nobody_else_go()
    {
        var script = Rolling(processes: 3, new RestartSettings { MaxSurge = 2 }).LacksRoom(4).LacksRoom(5);
        script.On(new GroupEvent.WorkerDrained(1)).Exited(1).After(60).Tick();
        Assert.Equal((WorkerState.Ready, WorkerState.Ready), (script.State.Find(2)!.State, script.State.Find(3)!.State));
    }

    [Fact]
    public void An_heir_whose_room_is_lost_does_not_keep_the_others_from_being_replaced()
    {
        var script = new PlannerScript(Elastic with { Processes = 1 }).Start().Boot(1).On(new GroupEvent.DemandRose()).Measured(busy: 1, waiting: 1, oldestWait: 1).Boot(2);
        Assert.Equal([new GroupAction.Drain(1, WorkerReason.RestartAsked)], Drains(script.On(Restart).On(new GroupEvent.Prepared(2, null)).LacksRoom(3)));
        Assert.Empty(Drains(script.On(new GroupEvent.WorkerDrained(1))));
        // The cap was lowered meanwhile.
        script.Exited(1);
        Assert.Contains(new GroupAction.Spawn(4, 1, 2), script.Started);
        Assert.Equal([new GroupAction.Drain(2, WorkerReason.RestartAsked)], Drains(script.LacksRoom(4)));
    }

    [Fact]
    public void A_rank_that_never_had_room_does_not_keep_the_others_from_being_replaced()
    {
        var script = new PlannerScript(processes: 2).Start().Boot(1).LacksRoom(2).On(Restart).On(new GroupEvent.Prepared(2, null));
        Assert.Equal([new GroupAction.Spawn(3, 1, 2)], script.Started);
        Assert.Contains(new GroupAction.Spawn(4, 0, 2), script.Exited(2).Started);
        Assert.Empty(Drains(script.LacksRoom(4)));
        Assert.Equal([new GroupAction.Drain(1, WorkerReason.RestartAsked)], Drains(script.LacksRoom(3)));
    }

    [Fact]
    public void Nobody_goes_first_for_a_generation_that_has_failed_to_start()
    {
        var script = Rolling(processes: 2).LacksRoom(3).LacksRoom(3, false).On(new GroupEvent.WorkerDrained(1)).Exited(1).Fail(3);
        Assert.Empty(Drains(script.LacksRoom(4)));
        Assert.Equal(WorkerState.Ready, script.State.Find(2)!.State);
    }

    [Fact]
    public void After_a_failure_one_that_finds_no_room_does_not_keep_the_others_from_being_replaced()
    {
        var failure = new SpawnFailure(SpawnStep.Prepare, "'migrate' ended with exit code 1", [], "mend it", TimeSpan.Zero);
        var script = new PlannerScript(Elastic with { Processes = 1 }).Start().Boot(1).On(new GroupEvent.DemandRose()).Measured(busy: 1, waiting: 2, oldestWait: 1).LacksRoom(2).LacksRoom(3);
        script.On(Restart).Exited(2).Exited(3).On(new GroupEvent.Prepared(2, failure)).After(60).Tick();
        Assert.Equal([new GroupAction.Spawn(4, 1, 2)], script.On(new GroupEvent.Prepared(2, null)).Started);
        Assert.Contains(new GroupAction.Spawn(5, 2, 2), script.LacksRoom(4).Started);
        Assert.Contains(new GroupAction.Spawn(6, 0, 2), script.LacksRoom(5).Started);
        Assert.Equal([new GroupAction.Drain(1, WorkerReason.RestartAsked)], Drains(script.LacksRoom(6)));
    }

    [Fact]
    public void Failures_are_forgotten_beside_a_worker_that_serves_when_there_is_no_room_for_another_try()
    {
        var script = new PlannerScript(Elastic with { Processes = 1 }).Start().Boot(1).After(10).On(new GroupEvent.DemandRose()).Measured(busy: 1, waiting: 1, oldestWait: 1).Fail(2).After(60).Tick();
        Assert.Contains(new GroupAction.Spawn(3, 1, 1), script.Started);
        Assert.Equal(1, script.State.Failures);
        Assert.Equal(0, script.LacksRoom(3).State.Failures);
        // So it is recycled as ever.
        Assert.Contains(new GroupAction.Weigh(1, WorkerReason.RecycleAsked), script.On(new GroupEvent.RecycleRequested(1)).Started);
    }

    [Fact]
    public void Waiting_for_room_is_no_failed_start_however_long_it_takes()
    {
        var script = new PlannerScript().Start().LacksRoom(1).After(3600).Tick();
        Assert.Empty(script.Started);
        Assert.Equal((true, 0, false), (script.State.LacksRoom, script.State.Failures, script.State.IsClosed));
        Assert.Equal([new GroupAction.Offer(1)], script.LacksRoom(1, false).Boot(1).Started);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-1)]
    public void A_worker_that_waits_for_room_is_given_up_once_no_request_waits(int idle)
    {
        var timeouts = new TimeoutSettings { Idle = idle > 0 ? TimeSpan.FromSeconds(idle) : Timeout.InfiniteTimeSpan };
        var script = new PlannerScript(Elastic with { Processes = 1, Timeouts = timeouts }).Start().Boot(1).On(new GroupEvent.DemandRose()).Measured(busy: 1, waiting: 2, oldestWait: 1);
        script.LacksRoom(2).LacksRoom(3).After(0.1).Tick();
        Assert.Equal([new GroupAction.Measure()], script.Started);
        Assert.Empty(script.Measured(busy: 1, waiting: 1, oldestWait: 1).Started);
        Assert.Equal(script.Now + DemandPlan.SampleInterval, script.WakeUp);
        script.After(0.1).Tick().Measured(busy: 1);
        Assert.Equal([new GroupAction.Stop(2, WorkerReason.Idle), new GroupAction.Stop(3, WorkerReason.Idle)], script.Started);
        Assert.Equal(1, script.State.Wanted);
    }

    [Fact]
    public void A_lower_rank_that_waits_for_room_stays_wanted_below_idle_ones()
    {
        var script = new PlannerScript(Elastic with { Processes = 1, Timeouts = new TimeoutSettings { Idle = Timeout.InfiniteTimeSpan } }).Start().Boot(1);
        script.On(new GroupEvent.DemandRose()).Measured(busy: 1, waiting: 2, oldestWait: 1).Boot(2, 3).After(60).Exited(2, 137).LacksRoom(4);
        script.Measured(0, 0, 0, (1, 60), (3, 60)).After(3600).Tick();
        // So it is the arbiter that must not make room for it while nobody asks.
        Assert.Equal((3, true), (script.State.Wanted, script.State.Find(4)!.LacksRoom));
    }

    [Fact]
    public void A_worker_that_makes_room_takes_its_rank_with_it_until_requests_wait_again()
    {
        var script = new PlannerScript(Elastic).Start().On(new GroupEvent.DemandRose()).Measured(waiting: 2).Boot(1, 2).After(10);
        script.On(new GroupEvent.YieldAsked(2));
        Assert.Contains(new GroupAction.Drain(2, WorkerReason.MadeRoom), script.Started);
        Assert.DoesNotContain(script.Started, static action => action is GroupAction.Spawn);
        Assert.Equal(1, script.State.Wanted);
        // Requests that waited already are not forgotten.
        Assert.Contains(new GroupAction.Measure(), script.Started);
        Assert.Equal([new GroupAction.Spawn(3, 1, 1)], script.Measured(busy: 1, waiting: 1, oldestWait: 1).Started);
    }

    [Fact]
    public void What_always_runs_makes_no_room()
    {
        var script = new PlannerScript(Elastic with { Processes = 1 }).Start().Boot(1).On(new GroupEvent.YieldAsked(1));
        Assert.DoesNotContain(script.Started, static action => action is GroupAction.Drain);
    }

    /// <summary>Generations follow each other below a cap that has no room to spare: it is kept, a rank at most is missing, and the roll ends.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(4, 3)]
    [InlineData(3, 0)]
    public void A_roll_without_room_keeps_the_cap_and_ends(int processes, int surge)
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var scene = new RollBelowCap(processes, surge);
            scene.Script.On(Restart).On(new GroupEvent.Prepared(2, null));
            for (var step = 0; step < 300 && scene.Script.State.Workers.Any(static worker => worker.Generation < 2); step++)
            {
                scene.Step(random);
                Assert.True(scene.Running <= processes, $"seed {seed}, step {step}: {scene.Running} processes");
                Assert.True(scene.Ready >= processes - 1, $"seed {seed}, step {step}: {scene.Ready} ready");
            }

            Assert.DoesNotContain(scene.Script.State.Workers, static worker => worker.Generation < 2);
        }
    }

    private static IEnumerable<GroupAction> Drains(PlannerScript script) => script.Started.Where(static action => action is GroupAction.Drain);

    private static ProcessGroupSettings Elastic { get; } = new() { Processes = 0, MaxProcesses = 3, Threads = 1 };

    private static PlannerScript Rolling(int processes, RestartSettings? restart = null) =>
        new PlannerScript(processes, restart: restart).Start().Boot([.. Enumerable.Range(1, processes)]).On(Restart).On(new GroupEvent.Prepared(2, null));

    /// <summary>One group whose minimum fills the machine's cap; rooms are given as the arbiter would.</summary>
    private sealed class RollBelowCap
    {
        private readonly Dictionary<string, CapGroup> _groups;
        private readonly HashSet<int> _running = [];
        private readonly HashSet<int> _heirs = [];

        public RollBelowCap(int processes, int surge)
        {
            _groups = CapScene.Groups(processes, null, $"shop {processes}");
            Script = new PlannerScript(processes, restart: new RestartSettings { MaxSurge = surge, MaxUnavailable = surge == 0 ? 1 : 0 }).Start();
            Settle();
            Script.Boot([.. Enumerable.Range(1, processes)]);
        }

        public PlannerScript Script { get; }

        public int Running => _running.Count;

        public int Ready => Script.State.Workers.Count(static worker => worker.State == WorkerState.Ready);

        public void Step(Random random)
        {
            var worker = Script.State.Workers[random.Next(Script.State.Workers.Length)];
            switch (worker.State)
            {
                case WorkerState.Starting when _running.Contains(worker.Id):
                    Script.Granted(worker.Id).Ready(worker.Id);
                    break;
                case WorkerState.Draining:
                    Script.On(new GroupEvent.WorkerDrained(worker.Id));
                    break;
                case WorkerState.Stopping:
                    _running.Remove(worker.Id);
                    Settle();
                    Script.Exited(worker.Id);
                    break;
            }

            Settle();
        }

        private void Settle()
        {
            var workers = Script.State.Workers;
            foreach (var heir in workers.Where(worker => !_running.Contains(worker.Id) && workers.Any(other => other.Rank == worker.Rank && IsLeaving(other))))
            {
                _heirs.Add(heir.Id);
            }

            var decision = CapPlan.Decide(_groups, [.. workers.Where(worker => worker.State == WorkerState.Starting || _running.Contains(worker.Id)).Select(worker => new CapWorker(worker.Id, "shop", worker.Rank, TimeSpan.Zero)
            {
                Stage = !_running.Contains(worker.Id) ? CapStage.Waiting : IsLeaving(worker) ? CapStage.Leaving : CapStage.Held,
                IsHeir = _heirs.Contains(worker.Id),
            })]);
            _running.UnionWith(decision.Granted.Select(static worker => worker.Id));
            foreach (var worker in workers.Where(static worker => worker.State == WorkerState.Starting))
            {
                Script.LacksRoom(worker.Id, decision.Refused.Any(refusal => refusal.Worker.Id == worker.Id));
            }
        }

        private static bool IsLeaving(WorkerView worker) => worker.State is WorkerState.Draining or WorkerState.Stopping;
    }
}
