using ProxyGroups.Groups;

namespace ProxyGroups.Admin.Api;

/// <summary>How the groups are.</summary>
internal sealed class StatusAnswers(AdminAccess access, History history, TimeProvider time)
{
    private static readonly string ServerVersion = typeof(StatusAnswers).Assembly.GetName().Version!.ToString(3);

    private readonly DateTimeOffset _started = time.GetUtcNow();

    public Task WriteAllAsync(AdminCall call)
    {
        // First the id, then the state: who follows from there on may see an event twice, and misses none.
        var newest = history.Newest;
        var groups = access.Visible(call.Caller).Select(GroupSnapshot.Of).ToList();
        return call.WriteAsync(new StatusAnswer(AdminApi.Version, ServerVersion, Environment.ProcessId, _started, time.GetUtcNow(), newest, groups));
    }

    public Task WriteGroupAsync(AdminCall call) => access.Find(call.Caller, call.Value) is { } group
        ? call.WriteAsync(new GroupAnswer(AdminApi.Version, GroupSnapshot.Of(group)))
        : call.WriteAsync(access.NoGroup(call.Caller, call.Value));
}
