using System.Globalization;
using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.Admin;

/// <summary>Finds what a command means, refuses what has no meaning, and hands the rest to the group.</summary>
internal sealed class GroupCommands(ProcessGroupRegistry groups, SettingsStore store, History history) : IProcessGroups
{
    /// <summary>The settings are about to be read anew, and groups restarted.</summary>
    internal event Action? ReloadBegins;

    /// <summary>Every group that goes over has been told.</summary>
    internal event Action? ReloadTaken;

    public IReadOnlyList<string> Names => [.. groups.All.Select(static group => group.Name).Order(StringComparer.Ordinal)];

    public CommandResult RestartGroup(string group) => OnRunning(group, "restart", static found => found.TryRestart(WorkerReason.RestartAsked));

    public CommandResult Reload()
    {
        ReloadBegins?.Invoke();
        history.Add(new HistoryEntry(HistoryKind.Command, "reload"));
        try
        {
            return ReadAndRestart();
        }
        finally
        {
            ReloadTaken?.Invoke();
        }
    }

    private CommandResult ReadAndRestart()
    {
        var before = groups.All.ToDictionary(static group => group, static group => group.GenerationsAsked);
        store.Reread();
        if (store.Errors.Count > 0)
        {
            return new CommandResult($"The settings are wrong, so nothing was changed or restarted. {SettingsException.Describe(store.Errors)}");
        }

        foreach (var group in groups.All.Where(group => before.TryGetValue(group, out var generation) && generation == group.GenerationsAsked))
        {
            if (group.TryRestart(WorkerReason.RestartAsked))
            {
                history.Add(new HistoryEntry(HistoryKind.Reload, "restarts: all settings were read anew by command") { Group = group.Name });
            }
        }

        return CommandResult.Taken;
    }

    public CommandResult SetSettings(string group, IReadOnlyDictionary<string, string> settings, bool save) =>
        Change(group, found => LiveChange.Try(store, found, settings, save), $"set {string.Join(", ", settings.Select(static setting => $"{setting.Key} = {setting.Value}"))}{(save ? ", saved" : string.Empty)}");

    public CommandResult UnsetSettings(string group, IReadOnlyList<string> settings, bool save) =>
        Change(group, found => LiveChange.TakeBack(store, found, settings, save), $"unset {string.Join(", ", settings)}{(save ? ", saved" : string.Empty)}");

    private CommandResult Change(string group, Func<string, string?> change, string what)
    {
        if (groups.Find(group) is not { } found)
        {
            return Unknown(group);
        }

        return change(found.Name) is { } refusal ? new CommandResult(refusal) : Take(found.Name, what, static () => { });
    }

    public CommandResult PauseGroup(string group) => On(group, static found => found.Scheduler.Snapshot().IsPaused, "is paused already", "pause", static found => found.Pause());

    public CommandResult ResumeGroup(string group) => On(group, static found => !found.Scheduler.Snapshot().IsPaused, "is not paused", "resume", static found => found.Resume());

    public CommandResult StopGroup(string group) => OnRunning(group, "stop", static found => found.Hold());

    public CommandResult StartGroup(string group) => On(group, static found => found.State.Phase != GroupPhase.Stopped, "is not stopped", "start", static found => found.Start());

    public CommandResult SetMaintenance(string group, bool isOn) => On(
        group,
        found => !isOn && found.HasMaintenanceFile,
        "is in maintenance by the file of Maintenance:Page: remove that file",
        isOn ? "maintenance on" : "maintenance off",
        found => found.SetMaintenance(isOn));

    public CommandResult DrainWorker(int pid) => OnWorker(
        pid, static worker => worker.State is WorkerState.Draining or WorkerState.Stopping or WorkerState.Exited, "is leaving already", "drain", static (group, worker) => group.DrainWorker(worker));

    public CommandResult RecycleWorker(int pid) => OnWorker(
        pid, static worker => worker.State != WorkerState.Ready, "does not serve: only a worker that is ready is recycled", "recycle", static (group, worker) => group.RecycleWorker(worker));

    private CommandResult OnWorker(int pid, Func<WorkerView, bool> isRefused, string refusal, string what, Action<ProcessGroup, int> command)
    {
        foreach (var group in groups.All)
        {
            if (group.State.Workers.FirstOrDefault(worker => worker.Pid == pid) is { } worker && pid != 0)
            {
                return isRefused(worker)
                    ? new CommandResult($"Process {pid}, worker {worker.Rank} of group {group.Name}, {refusal}.")
                    : Take(group.Name, string.Create(CultureInfo.InvariantCulture, $"{what} of process {pid}, worker {worker.Rank}"), () => command(group, worker.Id));
            }
        }

        return new CommandResult($"No process group has a worker with pid {pid}. The overview lists them.");
    }

    private CommandResult OnRunning(string name, string what, Action<ProcessGroup> command) =>
        On(name, static found => found.State.Phase != GroupPhase.Running, "is stopped: start it", what, command);

    private CommandResult On(string name, Func<ProcessGroup, bool> isRefused, string refusal, string what, Action<ProcessGroup> command) => groups.Find(name) switch
    {
        null => Unknown(name),
        { } group when isRefused(group) => new CommandResult($"Group {group.Name} {refusal}."),
        { } group => Take(group.Name, what, () => command(group)),
    };

    private CommandResult Unknown(string name)
    {
        var remedy = NearestName.Find(name, Names) is { } nearest ? $"Did you mean {nearest}?" : $"There are: {string.Join(", ", Names)}.";
        return new CommandResult($"There is no process group {name}. {remedy}");
    }

    private CommandResult Take(string group, string what, Action command)
    {
        history.Add(new HistoryEntry(HistoryKind.Command, what) { Group = group });
        command();
        return CommandResult.Taken;
    }
}
