using System.Globalization;
using ProxyGroups.Configuration;

namespace ProxyGroups.Admin;

/// <summary>Says in plain words what a group's knobs are set to, give and cost. Pure.</summary>
internal static class GroupExplainer
{
    internal const string OneCoreKind = "wsgi";

    /// <param name="kind">Of its runtime: a Python process computes on one core.</param>
    /// <param name="load">Null: it does not run.</param>
    public static GroupExplanation Explain(string name, ProcessGroupSettings settings, string kind, GroupLoad? load, MachineLoad machine)
    {
        var (binds, turn) = BindingRule.Of(name, settings, kind, load, machine);
        return new GroupExplanation(name, Knobs(settings), Gives(settings, kind, load, machine), Costs(settings, load, machine), binds, turn);
    }

    private static IReadOnlyList<string> Knobs(ProcessGroupSettings settings)
    {
        string?[] knobs =
        [
            settings.ApplicationGroup is { } parent ? $"ApplicationGroup = {parent}: caps hold for all of its groups together{(settings.Preload.Count > 0 ? $", and workers are forked from one process that has imported {string.Join(", ", settings.Preload)}" : string.Empty)}" : null,
            Processes(settings),
            settings.Serves ? Text($"Threads = {settings.Threads}: each worker handles {Count(settings.Threads, "request")} at once") : "Serves = false: background workers, no requests",
            settings.Serves ? Text($"Queue:Limit = {settings.Queue.Limit}, Queue:MaxWait = {DurationText.Format(settings.Queue.MaxWait)}: {Count(settings.Queue.Limit, "request")} more may wait{Bound(settings.Queue.MaxWait)}, the next one gets 503") : null,
            settings.Group.Describe() is { Length: > 0 } limits ? $"Group: {limits}, for all of its workers together" : null,
        ];
        return [.. knobs.OfType<string>()];
    }

    private static string Processes(ProcessGroupSettings settings) => settings switch
    {
        { Processes: 0 } => Text($"Processes = 0, MaxProcesses = {settings.MaxProcesses}: none runs before the first request, at most {settings.MaxProcesses} while requests wait; they stop after {DurationText.Format(settings.Timeouts.Idle)} without any"),
        { IsElastic: true } => Text($"Processes = {settings.Processes}, MaxProcesses = {settings.MaxProcesses}: {Count(settings.Processes, "worker")} always, at most {settings.MaxProcesses} while requests wait; those above go after {DurationText.Format(settings.Timeouts.Idle)} without requests"),
        _ => Text($"Processes = {settings.Processes}: {Count(settings.Processes, "worker")} always"),
    };

    private static string Gives(ProcessGroupSettings settings, string kind, GroupLoad? load, MachineLoad machine)
    {
        var cores = kind == OneCoreKind ? Math.Min(settings.MaxProcesses, machine.Cores) : machine.Cores;
        cores = settings.Group.Cpus is { } cpus ? Math.Min(cores, (int)Math.Ceiling(cpus)) : cores;
        var uses = Text($"It can keep {cores} of {Count(machine.Cores, "core")} computing{(kind == OneCoreKind ? ", since a Python process uses one" : string.Empty)}.");
        var most = settings.MaxProcesses * settings.Threads;
        return !settings.Serves ? uses : Text($"{Count(most, "slot")} ({settings.MaxProcesses} x {settings.Threads}): so many requests at once, {Text($"{(double)most / machine.Cores:0.#}")} for each core of the machine. {uses}{Rate(load)}");
    }

    private static string Rate(GroupLoad? load) => load is { MeanServiceTime: { } mean, Slots: > 0 } && mean > TimeSpan.Zero
        ? Text($" A request holds its slot for {mean.TotalMilliseconds:0.#} ms on average, so the {load.Slots} slots of now can finish about {load.Slots / mean.TotalSeconds:0} a second.")
        : string.Empty;

    private static string Costs(ProcessGroupSettings settings, GroupLoad? load, MachineLoad machine)
    {
        var free = machine.FreeMemory is { } left ? $" The machine has {Size(left)} left." : string.Empty;
        if (load is not { Sizes: { Count: > 0 } sizes })
        {
            return $"Each worker has its own memory, which nobody can measure while none runs.{free}";
        }

        var mean = (long)sizes.Average();
        return Text($"{Count(sizes.Count, "worker")} of now: {Size(sizes.Sum())} that would come free without them, {Size(mean)} each; with all {settings.MaxProcesses} about {Size(mean * settings.MaxProcesses)}. A thread costs little beside that.") + free;
    }

    private static string Bound(TimeSpan wait) => wait == Timeout.InfiniteTimeSpan ? string.Empty : $", each at most {DurationText.Format(wait)}";

    private static string Size(long bytes) => Text($"{bytes / (double)(1 << 20):0} MiB");

    private static string Count(int number, string what) => Text($"{number} {what}{(number == 1 ? string.Empty : "s")}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
