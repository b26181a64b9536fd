using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProxyGroups.Groups;

namespace ProxyGroups.Admin.Api;

/// <summary>Takes commands for groups that the caller may steer, and notes in the log who gave them.</summary>
internal sealed class CommandAnswers(AdminAccess access, IProcessGroups groups, History history, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger(AdminLog.Category);

    public Func<AdminCall, Task> OnGroup(Func<IProcessGroups, string, CommandResult> command) => call =>
        access.Find(call.Caller, call.Value) is { } group
            ? GiveAsync(call, group.Name, () => command(groups, group.Name))
            : call.WriteAsync(access.NoGroup(call.Caller, call.Value));

    public Func<AdminCall, Task> OnWorker(Func<IProcessGroups, int, CommandResult> command) => call =>
        !int.TryParse(call.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? call.WriteAsync(AdminProblem.Malformed($"{call.Value} is not a process id."))
        : access.FindByPid(call.Caller, pid) is { } group ? GiveAsync(call, group.Name, () => command(groups, pid))
        : call.WriteAsync(AdminProblem.NotFound($"No process group has a worker with pid {pid}. The status lists them."));

    /// <summary>The query holds the settings, and <c>save</c>.</summary>
    public Task SetAsync(AdminCall call) => ChangeAsync(call, (group, values, save) => groups.SetSettings(group, values, save));

    /// <summary>The query holds the names of settings, and <c>save</c>.</summary>
    public Task UnsetAsync(AdminCall call) => ChangeAsync(call, (group, values, save) => groups.UnsetSettings(group, [.. values.Keys], save));

    private Task ChangeAsync(AdminCall call, Func<string, IReadOnlyDictionary<string, string>, bool, CommandResult> change)
    {
        var values = call.Context.Request.Query.Where(static pair => pair.Key != "save").ToDictionary(static pair => pair.Key, static pair => pair.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        return !call.Caller.MayAll ? call.WriteAsync(AdminProblem.Forbidden($"{call.Caller.Name} may steer its own groups. Settings are for root and the front door's own user."))
            : access.Find(call.Caller, call.Value) is not { } group ? call.WriteAsync(access.NoGroup(call.Caller, call.Value))
            : GiveAsync(call, group.Name, () => change(group.Name, values, call.Context.Request.Query["save"] == "true"));
    }

    public Task ReloadAsync(AdminCall call) => call.Caller.MayAll
        ? GiveAsync(call, null, groups.Reload)
        : call.WriteAsync(AdminProblem.Forbidden($"{call.Caller.Name} may steer its own groups. A reload is for root and the front door's own user."));

    private Task GiveAsync(AdminCall call, string? group, Func<CommandResult> command)
    {
        var before = history.Newest;
        var result = command();
        _logger.CommandGiven(call.Caller.Name, call.Context.Request.Path, result.Refusal ?? "taken");
        return result.Refusal is { } refusal
            ? call.WriteAsync(AdminProblem.Refused(refusal))
            : call.WriteAsync(new CommandAnswer(AdminApi.Version, true, group, before), StatusCodes.Status202Accepted);
    }
}
