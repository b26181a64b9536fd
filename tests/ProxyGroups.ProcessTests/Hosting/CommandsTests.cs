using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ProxyGroups.Admin;
using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.ProcessTests.Hosting;

/// <summary>What an operator may do with a running group: real workers, real requests, and none of them lost.</summary>
public sealed class CommandsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task Paused_requests_wait_beyond_MaxWait_and_one_that_leaves_reaches_no_worker()
    {
        await using var site = await StartAsync("""{ "Threads": 2, "Queue": { "MaxWait": "1s" } }""");
        var (commands, group) = (Commands(site), Group(site));
        Assert.True(commands.PauseGroup("app").IsTaken);
        var waiting = await WaitInQueueAsync(site, "/app/pid", 3);
        Assert.Contains("paused", GroupSnapshot.Of(group).State, StringComparison.Ordinal);
        await waiting[1].LeaveAsync();
        await Alive.UntilAsync(() => group.Scheduler.Snapshot().QueueLength == 2, "the one that left still waits");
        await Alive.UntilAsync(() => group.Scheduler.Snapshot().OldestWait > TimeSpan.FromSeconds(1.5), "nobody has waited long enough");

        Assert.True(commands.ResumeGroup("app").IsTaken);
        Assert.Equal(HttpStatusCode.OK, await waiting[0].StatusAsync());
        Assert.Equal(HttpStatusCode.OK, await waiting[2].StatusAsync());
        Assert.Equal(2, await RequestsAsync(site));
        await AssertNoSlotLostAsync(group);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_pause_lets_run_what_runs_and_its_queue_stays_bounded()
    {
        await using var site = await StartAsync("""{ "Threads": 2, "Queue": { "Limit": 1 } }""");
        var (commands, group) = (Commands(site), Group(site));
        var running = await RunAsync(site, "/app/sleep?ms=1000");
        commands.PauseGroup("app");
        var waiting = await WaitInQueueAsync(site, "/app/pid", 1);
        using (var refused = await site.Client.GetAsync("/app/pid", Token))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        Assert.Equal(HttpStatusCode.OK, await running.StatusAsync());
        Assert.Equal(1, group.Scheduler.Snapshot().QueueLength);
        commands.ResumeGroup("app");
        Assert.Equal(HttpStatusCode.OK, await waiting[0].StatusAsync());
        await AssertNoSlotLostAsync(group);
    }

    [Fact(Timeout = 60_000)]
    public async Task Those_who_wait_out_a_restart_under_a_pause_are_served_by_the_new_workers()
    {
        await using var site = await StartAsync("""{ "Processes": 2 }""");
        var (commands, group) = (Commands(site), Group(site));
        var old = Pids(group);
        commands.PauseGroup("app");
        var waiting = await WaitInQueueAsync(site, "/app/pid", 4);
        Assert.True(commands.RestartGroup("app").IsTaken);
        await SettleAsync(group, generation: 2, workers: 2);
        Assert.Equal(4, group.Scheduler.Snapshot().QueueLength);
        commands.ResumeGroup("app");
        foreach (var request in waiting)
        {
            Assert.DoesNotContain(int.Parse(await request.TextAsync(), CultureInfo.InvariantCulture), old);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_stop_of_the_server_answers_those_who_wait_in_a_paused_group()
    {
        await using var site = await StartAsync("""{ "Processes": 1 }""");
        Commands(site).PauseGroup("app");
        var waiting = await WaitInQueueAsync(site, "/app/pid", 2);
        await site.StopAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await waiting[0].StatusAsync());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await waiting[1].StatusAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_stopped_group_finishes_what_runs_refuses_the_rest_and_serves_again_once_it_is_started()
    {
        await using var site = await StartAsync("""{ "Threads": 1 }""");
        var (commands, group) = (Commands(site), Group(site));
        var old = Pids(group).Single();
        var running = await RunAsync(site, "/app/sleep?ms=1500");
        var waiting = await WaitInQueueAsync(site, "/app/pid", 1);
        Assert.True(commands.StopGroup("app").IsTaken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await waiting[0].StatusAsync());
        using (var refused = await site.Client.GetAsync("/app/pid", Token))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        Assert.False(running.IsCompleted);
        Assert.Equal(HttpStatusCode.OK, await running.StatusAsync());
        await Alive.UntilGoneAsync(old);
        await Alive.UntilAsync(() => group.State.Workers.IsEmpty, "its worker is still listed");
        Assert.Equal("stopped", GroupSnapshot.Of(group).State);
        Assert.All([commands.StopGroup("app"), commands.RestartGroup("app")], static result => Assert.Equal("Group app is stopped: start it.", result.Refusal));

        Assert.True(commands.StartGroup("app").IsTaken);
        // The state tells what was decided; whether requests are let in is the scheduler's to say.
        await Alive.UntilAsync(() => !group.Scheduler.Snapshot().IsClosed, "it does not start");
        Assert.NotEqual(old, int.Parse(await site.Client.GetStringAsync("/app/pid", Token), CultureInfo.InvariantCulture));
        await AssertNoSlotLostAsync(group);
    }

    [Fact(Timeout = 60_000)]
    public async Task In_maintenance_nobody_reaches_a_worker_and_what_runs_goes_on()
    {
        await using var site = await StartAsync("""{ "Processes": 1 }""");
        var (commands, group) = (Commands(site), Group(site));
        var running = await RunAsync(site, "/app/sleep?ms=1000");
        Assert.True(commands.SetMaintenance("app", isOn: true).IsTaken);
        using (var answer = await site.Client.PostAsync("/app/", new StringContent("order"), Token))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(60), answer.Headers.RetryAfter!.Delta);
        }

        Assert.Contains("in maintenance", GroupSnapshot.Of(group).State, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await running.StatusAsync());
        Assert.True(commands.SetMaintenance("app", isOn: false).IsTaken);
        Assert.Equal(1, await RequestsAsync(site));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_worker_drained_by_pid_finishes_and_another_takes_its_place()
    {
        await using var site = await StartAsync("""{ "Processes": 2, "Threads": 2 }""");
        var (commands, group) = (Commands(site), Group(site));
        var running = await RunAsync(site, "/app/sleep?ms=1500");
        var drained = group.Scheduler.Snapshot().Workers.Single(static worker => worker.Busy == 1).Id;
        var pid = group.State.Find(drained)!.Pid;
        Assert.True(commands.DrainWorker(pid).IsTaken);
        await Alive.UntilAsync(() => group.State.Find(drained)!.State == WorkerState.Draining, "it does not drain");
        Assert.Contains("is leaving already", commands.DrainWorker(pid).Refusal, StringComparison.Ordinal);
        var others = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => site.Client.GetStringAsync("/app/pid", Token)));
        Assert.DoesNotContain($"{pid}", others);
        Assert.Equal(HttpStatusCode.OK, await running.StatusAsync());
        await Alive.UntilGoneAsync(pid);
        await SettleAsync(group, generation: 1, workers: 2);
        Assert.DoesNotContain(pid, Pids(group));
        Assert.Contains("No process group has a worker with pid", commands.DrainWorker(pid).Refusal, StringComparison.Ordinal);
        await AssertNoSlotLostAsync(group);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_worker_recycled_by_pid_serves_until_its_successor_is_ready()
    {
        await using var site = await StartAsync("""{ "Processes": 1, "Threads": 2 }""");
        var (commands, group) = (Commands(site), Group(site));
        var old = Pids(group).Single();
        var running = await RunAsync(site, "/app/sleep?ms=1500");
        Assert.True(commands.RecycleWorker(old).IsTaken);
        await Alive.UntilAsync(() => group.State.Workers.Any(worker => worker.Pid == old && worker is { State: WorkerState.Draining, Reason: WorkerReason.RecycleAsked }), "it does not drain");
        Assert.Contains(group.State.Workers, worker => worker.Pid != old && worker.State == WorkerState.Ready);
        Assert.Contains("does not serve", commands.RecycleWorker(old).Refusal, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await running.StatusAsync());
        await Alive.UntilGoneAsync(old);
        await SettleAsync(group, generation: 1, workers: 1);
        await AssertNoSlotLostAsync(group);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_command_that_has_no_meaning_is_refused_with_the_reason_and_changes_nothing()
    {
        await using var site = await StartAsync("""{ "Processes": 1 }""");
        var (commands, group) = (Commands(site), Group(site));
        var before = group.State;
        Assert.Equal(["app"], commands.Names);
        Assert.Equal("Group app is not paused.", commands.ResumeGroup("app").Refusal);
        Assert.Equal("Group app is not stopped.", commands.StartGroup("app").Refusal);
        Assert.Equal("There is no process group ap. Did you mean app?", commands.StopGroup("ap").Refusal);
        Assert.Equal("There is no process group elsewhere. There are: app.", commands.RestartGroup("elsewhere").Refusal);
        Assert.False(commands.DrainWorker(Environment.ProcessId).IsTaken);
        Assert.False(commands.DrainWorker(0).IsTaken);
        Assert.True(commands.PauseGroup("app").IsTaken);
        Assert.Equal("Group app is paused already.", commands.PauseGroup("app").Refusal);
        Assert.Equal(before.Workers, group.State.Workers);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_reload_restarts_what_runs_and_leaves_a_stopped_group_alone()
    {
        await using var site = await StartAsync("""{ "Processes": 1 }""");
        var (commands, group) = (Commands(site), Group(site));
        Assert.True(commands.Reload().IsTaken);
        await SettleAsync(group, generation: 2, workers: 1);
        commands.StopGroup("app");
        await Alive.UntilAsync(() => group.State is { Phase: GroupPhase.Stopped, Workers.IsEmpty: true }, "it does not stop");
        Assert.True(commands.Reload().IsTaken);
        Assert.Equal((2, GroupPhase.Stopped), (group.GenerationsAsked, group.State.Phase));
    }

    private static async Task<DropInSite> StartAsync(string group)
    {
        var builder = DropInSite.CreateBuilder($$"""{ "ProxyGroups": { "ProcessGroups": { "app": {{group}} } } }""");
        builder.AddProxyGroups();
        var app = builder.Build();
        app.MapProxyGroups();
        var site = await DropInSite.StartAsync(app, Token);
        await Alive.UntilAsync(() => Group(site).State.Workers.All(static worker => worker.IsOffered) && Group(site).State.Workers.Length == Group(site).Settings.Processes, "it does not start");
        return site;
    }

    private static IProcessGroups Commands(DropInSite site) => site.Services.GetRequiredService<IProcessGroups>();

    private static ProcessGroup Group(DropInSite site) => site.Services.GetRequiredService<ProcessGroupRegistry>().Find("app")!;

    private static int[] Pids(ProcessGroup group) => [.. group.State.Workers.Select(static worker => worker.Pid)];

    /// <summary>A request that a worker has.</summary>
    private static async Task<HeldRequest> RunAsync(DropInSite site, string path)
    {
        var request = HeldRequest.Send(site.Client, path);
        await Alive.UntilAsync(() => Group(site).Scheduler.Snapshot().Workers.Sum(static worker => worker.Busy) == 1, "it does not run");
        return request;
    }

    /// <summary>Requests that wait, in this order.</summary>
    private static async Task<HeldRequest[]> WaitInQueueAsync(DropInSite site, string path, int count)
    {
        var requests = new HeldRequest[count];
        for (var number = 0; number < count; number++)
        {
            requests[number] = HeldRequest.Send(site.Client, path);
            var waiting = number + 1;
            await Alive.UntilAsync(() => Group(site).Scheduler.Snapshot().QueueLength == waiting, "it does not wait");
        }

        return requests;
    }

    private static Task SettleAsync(ProcessGroup group, int generation, int workers) => Alive.UntilAsync(
        () => group.State.Workers.Length == workers && group.State.Workers.All(worker => worker.IsOffered && worker.Generation == generation),
        $"it does not come to {workers} workers of generation {generation}");

    /// <summary>Requests that the one worker has met, without the readiness check and this one.</summary>
    private static async Task<int> RequestsAsync(DropInSite site)
    {
        using var counts = JsonDocument.Parse(await site.Client.GetStringAsync("/app/counts", Token));
        return counts.RootElement.GetProperty("requests").GetInt32() - 2;
    }

    private static Task AssertNoSlotLostAsync(ProcessGroup group) => Alive.UntilAsync(
        () => group.Scheduler.Snapshot() is { QueueLength: 0 } idle && idle.Workers.All(worker => worker.Busy == 0 && worker.Capacity == group.Settings.Threads),
        "slots are missing");
}
