namespace ProxyGroups.Admin;

/// <summary>
/// What an operator may do with process groups while they run; registered by AddProxyGroups. Each command returns at once: what it
/// begins shows in the log and the overview. A command that cannot be done changes nothing and says why.
/// </summary>
public interface IProcessGroups
{
    /// <summary>Names of the groups, sorted.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Replaces the group's workers, each when its successor is ready, by ones that run the code of today.</summary>
    /// <param name="group">Name of the group.</param>
    CommandResult RestartGroup(string group);

    /// <summary>Reads the settings anew, then restarts every group that is not stopped. Wrong settings change and restart nothing.</summary>
    CommandResult Reload();

    /// <summary>
    /// Sets settings of a group while it runs, all or none, by the rules of the settings file. Those that workers are not started from
    /// can be set, and Threads, which restarts worker by worker where workers are told it.
    /// </summary>
    /// <param name="group">Name of the group.</param>
    /// <param name="settings">Values by name, such as "Processes" or "Queue:MaxWait", written as in a settings file.</param>
    /// <param name="save">True: also after the next start, by a file beside the settings file (appsettings.live.json). Otherwise until the front door ends.</param>
    CommandResult SetSettings(string group, IReadOnlyDictionary<string, string> settings, bool save);

    /// <summary>Takes settings of a group back that were set by <see cref="SetSettings"/>, all or none: what the settings file says holds again.</summary>
    /// <param name="group">Name of the group.</param>
    /// <param name="settings">Their names.</param>
    /// <param name="save">True: also from appsettings.live.json. Otherwise one that was saved comes back with the next start.</param>
    CommandResult UnsetSettings(string group, IReadOnlyList<string> settings, bool save);

    /// <summary>Keeps new requests waiting, up to the queue's limit; their time stands still, and requests that run go on.</summary>
    /// <param name="group">Name of the group.</param>
    CommandResult PauseGroup(string group);

    /// <summary>Lets those that wait go on.</summary>
    /// <param name="group">Name of the group.</param>
    CommandResult ResumeGroup(string group);

    /// <summary>Finishes what runs, stops all workers, answers requests with 503, until the group is started again.</summary>
    /// <param name="group">Name of the group.</param>
    CommandResult StopGroup(string group);

    /// <summary>Starts a stopped group with the code of today; requests wait while it boots.</summary>
    /// <param name="group">Name of the group.</param>
    CommandResult StartGroup(string group);

    /// <summary>
    /// Answers new requests with 503 and a page that says so instead of asking workers, which go on. A file of Maintenance:Page has
    /// the same effect and the last word: it cannot be switched off here.
    /// </summary>
    /// <param name="group">Name of the group.</param>
    /// <param name="isOn">Into maintenance, or out of it.</param>
    CommandResult SetMaintenance(string group, bool isOn);

    /// <summary>Gives a worker no further requests, lets it finish, stops it; another one takes its place.</summary>
    /// <param name="pid">Process id of the worker.</param>
    CommandResult DrainWorker(int pid);

    /// <summary>Replaces a worker that serves, as one that has reached a limit of Recycle: it serves on until its successor is ready, and one of a group goes at a time.</summary>
    /// <param name="pid">Process id of the worker.</param>
    CommandResult RecycleWorker(int pid);
}
