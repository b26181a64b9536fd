using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Admin.Api;

/// <summary>Which groups a caller may see and steer: all, or those whose workers run as its user. What it may not see does not exist for it.</summary>
internal sealed class AdminAccess(ProcessGroupRegistry groups)
{
    public static bool MaySee(AdminCaller caller, ProcessGroup group) =>
        MaySee(caller, group.Settings.Worker.User);

    public static bool MaySee(AdminCaller caller, PreloaderView preloader) => MaySee(caller, preloader.User);

    /// <summary>By name.</summary>
    public IReadOnlyList<ProcessGroup> Visible(AdminCaller caller) =>
        [.. groups.All.Where(group => MaySee(caller, group)).OrderBy(static group => group.Name, StringComparer.Ordinal)];

    public ProcessGroup? Find(AdminCaller caller, string name) => groups.Find(name) is { } group && MaySee(caller, group) ? group : null;

    public ProcessGroup? FindByPid(AdminCaller caller, int pid) =>
        Visible(caller).FirstOrDefault(group => pid != 0 && group.State.Workers.Any(worker => worker.Pid == pid));

    /// <summary>What is about no group is for those alone who may see all.</summary>
    public bool MaySee(AdminCaller caller, HistoryEntry entry) =>
        caller.MayAll || entry.Kind == HistoryKind.Gap || (entry.Group is { } name && Find(caller, name) is not null);

    private static bool MaySee(AdminCaller caller, string? user) => caller.MayAll || (user is not null && UnixUser.Find(user)?.Id == caller.User);

    public AdminProblem NoGroup(AdminCaller caller, string name)
    {
        var names = Visible(caller).Select(static group => group.Name).ToList();
        var remedy = NearestName.Find(name, names) is { } nearest ? $"Did you mean {nearest}?" : $"There are: {string.Join(", ", names)}.";
        return AdminProblem.NotFound($"There is no process group {name}. {remedy}");
    }
}
