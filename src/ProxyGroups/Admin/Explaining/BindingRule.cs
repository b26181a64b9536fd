using System.Globalization;
using ProxyGroups.Configuration;

namespace ProxyGroups.Admin;

/// <summary>The one table that says what keeps a group from doing more now, and what to turn. Pure.</summary>
internal static class BindingRule
{
    // Of the last 10 s, in percent: what waits less is not what binds.
    private const double Pressed = 25;
    private const double NearlyFull = 0.9;

    // Shares of a core or of all: with more than Most there is nothing left, with less than Little a request mostly waits.
    private const double Most = 0.8;
    private const double Little = 0.3;

    private const string SameCores = "More slots would only share the same cores: make requests cheaper, give other groups less (Group:CpuWeight, Worker:Nice), or take a larger machine.";

    public static (string Binds, string Turn) Of(string name, ProcessGroupSettings settings, string kind, GroupLoad? load, MachineLoad machine) => load switch
    {
        null => ("Nobody knows: no front door runs with these settings.", "Start it with proxygroups run, and ask again under load."),
        { Failure: { } failure } => ($"Starts fail: {failure}", "No knob helps before its workers start; proxygroups logs shows their last lines."),
        { IsInMaintenance: true } => ("It is in maintenance: no worker is asked.", $"proxygroups maintenance {name} off"),
        { IsPaused: true } => (Text($"It is paused: {load.Queued} requests wait."), $"proxygroups resume {name}"),
        { State: "stopped" } => ("It is stopped.", $"proxygroups start {name}"),
        { Shortage: { } shortage } => ($"A cap: {shortage}", "Raise MaxProcesses or MaxMemory of ProxyGroups or of its application group, or lower Processes of another group."),
        _ when settings.Group.Memory is { } limit && load.Cgroup?.Memory >= NearlyFull * limit =>
            ($"Memory: the group uses {SizeText.Format(load.Cgroup.Memory!.Value >> 20 << 20)} of its {SizeText.Format(limit)} (Group:Memory).", $"Raise Group:Memory, or have fewer workers: proxygroups scale {name} {Math.Max(1, settings.Processes - 1)}"),
        _ when settings.Group.Tasks is { } tasks && load.Cgroup?.Tasks >= NearlyFull * tasks =>
            (Text($"Processes and threads: {load.Cgroup!.Tasks} of {tasks} (Group:Tasks)."), "Raise Group:Tasks."),
        _ when settings.Group.Cpus is { } cpus && load.Cgroup?.CpuPressure?.Last10 >= Pressed && !machine.IsBusy =>
            (Text($"CPU: its processes waited {load.Cgroup!.CpuPressure!.Last10:0} % of the last 10 s, and the group may use {cpus} cores (Group:Cpus)."), "Raise Group:Cpus."),
        { Slots: 0 } => ($"Nothing serves yet: it is {load.State}.", "Nothing: wait, or see proxygroups events."),
        _ when !settings.Serves => ("Nothing: its workers take no requests.", "Nothing."),
        _ when load.BusySlots < load.Slots => (Text($"Nothing: {load.Slots - load.BusySlots} of {load.Slots} slots are free{Used(load)}."), "Nothing."),
        _ => OfBusySlots(name, settings, kind, load, machine),
    };

    private static (string Binds, string Turn) OfBusySlots(string name, ProcessGroupSettings settings, string kind, GroupLoad load, MachineLoad machine)
    {
        var waiting = load.Queued == 0 ? "nobody waits" : load.Queued >= settings.Queue.Limit ? $"{load.Queued} wait: the queue is full, and more are refused" : $"{load.Queued} wait";
        var slots = Text($"all {load.Slots} slots are busy, {waiting}");
        return load.Computing >= Most * machine.Cores
            ? (Text($"CPU: {slots}, and its workers compute {load.Computing:0.0} of {machine.Cores} cores."), SameCores)
            : machine.IsBusy
                ? (Text($"CPU: {slots}, and {Crowd(load, machine)}."), SameCores)
            : kind == GroupExplainer.OneCoreKind && load.Computing >= Most * load.ReadyWorkers
                ? (Text($"CPU of its workers: {slots}, and each computes {load.Computing / load.ReadyWorkers:0.0} of a core, while a Python process can use one."), Text($"The machine has cores left: proxygroups scale {name} {settings.MaxProcesses + 1}"))
            : load.Workers < settings.MaxProcesses
                ? ($"Slots: {slots}.", Text($"Nothing yet: it may have {settings.MaxProcesses} workers, and starts them while requests wait."))
            : load.Computing < Little * load.ReadyWorkers
                ? (Text($"Slots: {slots}, while its workers compute {load.Computing:0.0} cores: their requests mostly wait."), Text($"proxygroups threads {name} {settings.Threads * 2}"))
                : ($"Slots: {slots}.", Text($"The CPU is not what binds. Where requests mostly wait: proxygroups threads {name} {settings.Threads * 2}. Where they compute: proxygroups scale {name} {settings.MaxProcesses + 1}"));
    }

    private static string Crowd(GroupLoad load, MachineLoad machine) => machine.Busy is { } busy
        ? Text($"{busy * 100:0} % of all cores of the machine are busy{(load.Computing is { } own ? Text($", {own:0.0} of {machine.Cores} with its workers") : string.Empty)}")
        : Text($"{machine.Running:0.0} threads want the {machine.Cores} cores of the machine");

    private static string Used(GroupLoad load) => load.Utilisation is { } used ? Text($"; requests held {used * 100:0} % of the slot time of the last minute") : string.Empty;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
