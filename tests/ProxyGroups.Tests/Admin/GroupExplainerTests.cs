using ProxyGroups.Admin;
using ProxyGroups.Configuration;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Tests.Admin;

/// <summary>What binds, row by row, and the words around it.</summary>
public sealed class GroupExplainerTests
{
    private static readonly MachineLoad Calm = new(2, 0.5, 1L << 30);
    private static readonly MachineLoad Busy = new(2, 3.9, 1L << 30);
    private static readonly ProcessGroupSettings Settings = new ProcessGroupSettings { Processes = 1, MaxProcesses = 2, Threads = 4 }.Completed();
    private static readonly GroupLoad Full = new() { State = "serving", ReadyWorkers = 2, Workers = 2, BusySlots = 8, Slots = 8, Queued = 3 };

    public static TheoryData<string, string, string> Rows => new()
    {
        { "free", "Nothing: 3 of 8 slots are free.", "Nothing." },
        { "full", "Slots: all 8 slots are busy, 3 wait.", "The CPU is not what binds. Where requests mostly wait: proxygroups threads shop 8. Where they compute: proxygroups scale shop 3" },
        { "growing", "Slots: all 4 slots are busy, 3 wait.", "Nothing yet: it may have 2 workers" },
        { "just full", "Slots: all 8 slots are busy, nobody waits.", "The CPU is not what binds." },
        { "queue full", "Slots: all 8 slots are busy, 80 wait: the queue is full, and more are refused.", "The CPU is not what binds." },
        { "cpu", "CPU: all 8 slots are busy, 3 wait, and 3.9 threads want the 2 cores of the machine.", "More slots would only share the same cores" },
        { "cpu measured", "CPU: all 8 slots are busy, 3 wait, and 97 % of all cores of the machine are busy, 0.4 of 2 with its workers.", "More slots would only share the same cores" },
        { "cpu of a minute ago", "Slots: all 8 slots are busy, 3 wait, while its workers compute 0.1 cores: their requests mostly wait.", "proxygroups threads shop 8" },
        { "cpu of its own", "CPU: all 8 slots are busy, 3 wait, and its workers compute 1.8 of 2 cores.", "More slots would only share the same cores" },
        { "cores left", "CPU of its workers: all 8 slots are busy, 3 wait, and each computes 0.9 of a core, while a Python process can use one.", "The machine has cores left: proxygroups scale shop 3" },
        { "computing", "CPU of its workers: all 8 slots are busy, 3 wait, and each computes 0.9 of a core, while a Python process can use one.", "The machine has cores left: proxygroups scale shop 3" },
        { "computing all", "CPU: all 8 slots are busy, 3 wait, and its workers compute 1.8 of 2 cores.", "More slots would only share the same cores" },
        { "computing elsewhere", "Slots: all 8 slots are busy, 3 wait.", "The CPU is not what binds." },
        { "waiting", "Slots: all 8 slots are busy, 3 wait, while its workers compute 0.1 cores: their requests mostly wait.", "proxygroups threads shop 8" },
        { "half", "Slots: all 8 slots are busy, 3 wait.", "The CPU is not what binds." },
        { "seldom free", "Nothing: 1 of 8 slots are free; requests held 94 % of the slot time of the last minute.", "Nothing." },
        { "cpu limit", "CPU: its processes waited 60 % of the last 10 s, and the group may use 0.5 cores (Group:Cpus).", "Raise Group:Cpus." },
        { "memory", "Memory: the group uses 95MiB of its 100MiB (Group:Memory).", "Raise Group:Memory" },
        { "tasks", "Processes and threads: 10 of 10 (Group:Tasks).", "Raise Group:Tasks." },
        { "cap", "A cap: no room.", "Raise MaxProcesses or MaxMemory of ProxyGroups" },
        { "failing", "Starts fail: it exits. Mend it.", "No knob helps before its workers start" },
        { "starting", "Nothing serves yet: it is starting.", "Nothing: wait" },
        { "stopped", "It is stopped.", "proxygroups start shop" },
        { "paused", "It is paused: 3 requests wait.", "proxygroups resume shop" },
        { "maintenance", "It is in maintenance: no worker is asked.", "proxygroups maintenance shop off" },
        { "background", "Nothing: its workers take no requests.", "Nothing." },
        { "unknown", "Nobody knows: no front door runs with these settings.", "Start it with proxygroups run" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void What_binds_is_named_with_what_to_turn(string row, string binds, string turn)
    {
        var (settings, load, machine) = Case(row);
        var said = BindingRule.Of("shop", settings, row == "computing elsewhere" ? "command" : "wsgi", load, machine);
        Assert.Equal(binds, said.Binds);
        Assert.StartsWith(turn, said.Turn, StringComparison.Ordinal);
    }

    [Fact]
    public void The_machine_is_as_busy_as_its_cpus_were_between_two_looks()
    {
        var before = MachineTime.Parse("cpu  100 0 50 800 50 0 0 0 0 0");
        Assert.Equal(new MachineTime(150, 1000), before);
        Assert.Equal(0.75, MachineTime.Parse("cpu  150 0 75 820 55 0 0 0 0 0")!.BusySince(before));
        Assert.Null(before!.BusySince(before));
        Assert.Null(before.BusySince(null));
        Assert.Null(MachineTime.Parse("cpu  x"));
        Assert.Null(MachineTime.Parse(string.Empty));
    }

    [Fact]
    public void Knobs_gains_and_costs_are_said_with_their_figures()
    {
        var load = Full with { MeanServiceTime = TimeSpan.FromMilliseconds(20), Sizes = [40L << 20, 44L << 20] };
        var said = GroupExplainer.Explain("shop", Settings, "wsgi", load, Calm);
        Assert.Equal(
            [
                "Processes = 1, MaxProcesses = 2: 1 worker always, at most 2 while requests wait; those above go after 5m without requests",
                "Threads = 4: each worker handles 4 requests at once",
                "Queue:Limit = 80, Queue:MaxWait = 5s: 80 requests more may wait, each at most 5s, the next one gets 503",
            ],
            said.Knobs);
        Assert.Equal("8 slots (2 x 4): so many requests at once, 4 for each core of the machine. It can keep 2 of 2 cores computing, since a Python process uses one. A request holds its slot for 20 ms on average, so the 8 slots of now can finish about 400 a second.", said.Gives);
        Assert.Equal("2 workers of now: 84 MiB that would come free without them, 42 MiB each; with all 2 about 84 MiB. A thread costs little beside that. The machine has 1024 MiB left.", said.Costs);
    }

    [Fact]
    public void Without_workers_nothing_is_measured_and_a_group_on_demand_says_so()
    {
        var settings = new ProcessGroupSettings { Processes = 0, ApplicationGroup = "python", Group = new() { Cpus = 0.5 } }.Completed() with { Preload = ["django"] };
        var said = GroupExplainer.Explain("shop", settings, "dotnet", null, Calm with { FreeMemory = null });
        Assert.Equal("ApplicationGroup = python: caps hold for all of its groups together, and workers are forked from one process that has imported django", said.Knobs[0]);
        Assert.StartsWith("Processes = 0, MaxProcesses = 1: none runs before the first request", said.Knobs[1], StringComparison.Ordinal);
        Assert.Equal("Group: 0.5 cores, for all of its workers together", said.Knobs[^1]);
        Assert.EndsWith("It can keep 1 of 2 cores computing.", said.Gives, StringComparison.Ordinal);
        Assert.Equal("Each worker has its own memory, which nobody can measure while none runs.", said.Costs);
    }

    private static (ProcessGroupSettings Settings, GroupLoad? Load, MachineLoad Machine) Case(string row) => row switch
    {
        "free" => (Settings, Full with { BusySlots = 5, Queued = 0 }, Busy),
        "full" => (Settings, Full, Calm),
        "growing" => (Settings, Full with { Workers = 1, Slots = 4, BusySlots = 4 }, Calm),
        "just full" => (Settings, Full with { Queued = 0 }, Calm),
        "queue full" => (Settings, Full with { Queued = 80 }, Calm),
        "cpu" => (Settings, Full, Busy),
        "cpu measured" => (Settings, Full with { Computing = 0.4 }, Calm with { Busy = 0.97 }),
        "cpu of a minute ago" => (Settings, Full with { Computing = 0.1 }, Busy with { Busy = 0.2 }),
        "cpu of its own" => (Settings, Full with { Computing = 1.8 }, Busy with { Busy = 0.97 }),
        "cores left" => (Settings, Full with { Computing = 1.8 }, Busy with { Cores = 4, Running = 9, Busy = 0.5 }),
        "computing" => (Settings, Full with { Computing = 1.8 }, Calm with { Cores = 4 }),
        "computing all" => (Settings, Full with { Computing = 1.8 }, Calm),
        "computing elsewhere" => (Settings, Full with { Computing = 1.8 }, Calm with { Cores = 4 }),
        "waiting" => (Settings, Full with { Computing = 0.1 }, Calm),
        "half" => (Settings, Full with { Computing = 1 }, Calm),
        "seldom free" => (Settings, Full with { BusySlots = 7, Queued = 0, Utilisation = 0.94 }, Calm),
        "cpu limit" => (Settings with { Group = new() { Cpus = 0.5 } }, Full with { Cgroup = Usage(cpu: 60) }, Calm),
        "memory" => (Settings with { Group = new() { Memory = 100L << 20 } }, Full with { Cgroup = Usage(memory: 95L << 20) }, Calm),
        "tasks" => (Settings with { Group = new() { Tasks = 10 } }, Full with { Cgroup = Usage(tasks: 10) }, Calm),
        "cap" => (Settings, Full with { Shortage = "no room." }, Calm),
        "failing" => (Settings, Full with { Failure = "it exits. Mend it." }, Calm),
        "starting" => (Settings, Full with { State = "starting", Slots = 0, BusySlots = 0 }, Calm),
        "stopped" => (Settings, Full with { State = "stopped", Slots = 0 }, Calm),
        "paused" => (Settings, Full with { IsPaused = true }, Calm),
        "maintenance" => (Settings, Full with { IsInMaintenance = true }, Calm),
        "background" => (Settings with { Serves = false }, Full with { Slots = 1, BusySlots = 1 }, Calm),
        _ => (Settings, null, Calm),
    };

    private static CgroupUsage Usage(double cpu = 0, long memory = 0, int tasks = 0) => new("/group", memory, null, tasks, 0, new CgroupPressure(cpu, cpu, TimeSpan.Zero), null, null);
}
