using System.Threading.Channels;
using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups;

/// <summary>Whatever a deed of a group meets, the group hears of its end: nobody awaits it.</summary>
public sealed class GroupFaultsTests
{
    private static readonly Exception Fault = new InvalidOperationException("the moon is full");

    [Fact(Timeout = 30_000)]
    public async Task A_worker_that_cannot_even_be_described_has_failed_and_is_gone()
    {
        using var bench = new GroupBench { Fault = Fault };
        await using var group = bench.Group(new ProcessGroupSettings());
        var events = Channel.CreateUnbounded<GroupEvent>();
        using var life = new WorkerLife(group, bench.Host, new WorkerIdentity("shop", 1, 0, 1), happened => events.Writer.TryWrite(happened));
        group.LastBoot.NoteReady(TimeSpan.FromSeconds(1));
        life.Begin();
        var failed = Assert.IsType<WorkerEvent.StartFailed>(await ReportAsync(events));
        Assert.Equal(Fault.Message, failed.Failure.Cause);
        Assert.IsType<WorkerEvent.Exited>(await ReportAsync(events));
        // Its place to boot is free again, and was the last one beside those that are not known to boot.
        using var place = await bench.Host.Boots.ClaimAsync("blog", TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.Null(group.LastBoot.Took);
    }

    [Fact]
    public async Task A_preparation_ends_with_the_cause()
    {
        using var bench = new GroupBench { Fault = Fault };
        var settings = new ProcessGroupSettings
        {
            Directory = bench.Root,
            Command = ["/bin/true"],
            Restart = new RestartSettings { Before = [["/bin/true"]] },
        };
        await using var group = bench.Group(settings);
        var failure = await new GroupPreparation(group, bench.Host, bench, TestContext.Current.CancellationToken).RunAsync(1);
        Assert.Equal((SpawnStep.Prepare, Fault.Message), (failure!.Step, failure.Cause));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_look_that_fails_is_told_and_ends_neither_the_watch_nor_the_other_looks()
    {
        using var bench = new GroupBench { Fault = Fault };
        var settings = new ProcessGroupSettings
        {
            Directory = bench.Root,
            // No file can have this name.
            Maintenance = new MaintenanceSettings { Page = "a\0b" },
            Restart = new RestartSettings { Watch = ["restart.txt"], Debounce = TimeSpan.FromMilliseconds(1) },
        };
        await using var group = bench.Group(settings);
        var lines = Channel.CreateUnbounded<string>();
        bench.Logged = line => lines.Writer.TryWrite(line);
        group.Run(bench.Host, 1);
        await LineAsync(lines, "cannot look after the app's files");
        await File.WriteAllTextAsync(Path.Combine(bench.Root, "restart.txt"), "", TestContext.Current.CancellationToken);
        await LineAsync(lines, "restart.txt changed, hence the restart");
        group.Stop(WorkerReason.GroupRemoved);
        await group.Finished.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_watch_that_fails_keeps_no_maintenance_page_from_being_seen()
    {
        using var bench = new GroupBench { Fault = Fault };
        await File.WriteAllTextAsync(Path.Combine(bench.Root, "closed.html"), "closed", TestContext.Current.CancellationToken);
        await using var group = bench.Group(new ProcessGroupSettings
        {
            Directory = bench.Root,
            Maintenance = new MaintenanceSettings { Page = "closed.html" },
            // Nothing that the validator lets pass fails here.
            Restart = new RestartSettings { Watch = [null!] },
        });
        var lines = Channel.CreateUnbounded<string>();
        bench.Logged = line => lines.Writer.TryWrite(line);
        group.Run(bench.Host, 1);
        await LineAsync(lines, "in maintenance");
        group.Stop(WorkerReason.GroupRemoved);
        await group.Finished.WaitAsync(TestContext.Current.CancellationToken);
    }

    private static async Task LineAsync(Channel<string> lines, string text)
    {
        while (!(await lines.Reader.ReadAsync(TestContext.Current.CancellationToken)).Contains(text, StringComparison.Ordinal))
        {
        }
    }

    private static async Task<WorkerEvent> ReportAsync(Channel<GroupEvent> events)
    {
        while (true)
        {
            if (await events.Reader.ReadAsync(TestContext.Current.CancellationToken) is GroupEvent.WorkerReported reported)
            {
                return reported.Fact;
            }
        }
    }
}
