using System.Collections.Frozen;
using System.Globalization;
using ProxyGroups.Supervision;

namespace ProxyGroups.Admin.Api;

/// <summary>What workers write: as server-sent events that go on, or as one list where the caller accepts JSON.</summary>
internal sealed class LineAnswers(AdminAccess access, KeptLines lines, TimeProvider time)
{
    private const int DefaultLines = 100;

    // Beyond what is kept it means all.
    private const int MostLines = 1_000_000;

    public Task WriteAllAsync(AdminCall call) => WriteAsync(call, () => call.Caller.MayAll ? null : Names(access.Visible(call.Caller).Select(static group => group.Name)));

    public Task WriteGroupAsync(AdminCall call) => access.Find(call.Caller, call.Value) is { } group
        ? WriteAsync(call, () => Names(access.Find(call.Caller, group.Name) is null ? [] : [group.Name]))
        : call.WriteAsync(access.NoGroup(call.Caller, call.Value));

    private Task WriteAsync(AdminCall call, Func<IReadOnlySet<string>?> groups)
    {
        var request = call.Context.Request;
        var after = request.Headers["Last-Event-ID"] is { Count: > 0 } last ? last.ToString() : request.Query["after"].ToString();
        return !TryRead(after, 0, out var id) || !TryRead(request.Query["lines"].ToString(), after.Length > 0 ? MostLines : DefaultLines, out var most)
            ? call.WriteAsync(AdminProblem.Malformed("Last-Event-ID and after are ids of lines, and lines is how many of the last ones come first: whole numbers."))
            : request.Headers.Accept.ToString().Contains("application/json", StringComparison.OrdinalIgnoreCase)
                ? call.WriteAsync(new LinesAnswer(AdminApi.Version, lines.Last(groups(), id, Bound(most))))
                : FollowAsync(call, groups, id, Bound(most));
    }

    private async Task FollowAsync(AdminCall call, Func<IReadOnlySet<string>?> groups, long after, int most)
    {
        using var follower = lines.Follow(groups(), after, most);
        await new LineStream(call.Context, time).WriteAsync(follower, groups);
    }

    private static FrozenSet<string> Names(IEnumerable<string> names) => names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static int Bound(long most) => (int)Math.Min(MostLines, most);

    private static bool TryRead(string text, long unset, out long number)
    {
        number = unset;
        return text.Length == 0 || long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
