using System.Globalization;
using Microsoft.AspNetCore.Http;
using ProxyGroups.Groups;

namespace ProxyGroups.Admin.Api;

/// <summary>What happened and happens: as server-sent events that go on, or as one list where the caller accepts JSON.</summary>
internal sealed class EventAnswers(AdminAccess access, History history, TimeProvider time)
{
    public Task WriteAsync(AdminCall call)
    {
        if (!TryReadAfter(call.Context.Request, out var after))
        {
            return call.WriteAsync(AdminProblem.Malformed("Last-Event-ID and after are ids of events: whole numbers. 0 stands for all that are kept."));
        }

        return call.Context.Request.Headers.Accept.ToString().Contains("application/json", StringComparison.OrdinalIgnoreCase)
            ? call.WriteAsync(new EventsAnswer(AdminApi.Version, [.. history.Since(after ?? 0).Where(entry => access.MaySee(call.Caller, entry))]))
            : FollowAsync(call, after);
    }

    private async Task FollowAsync(AdminCall call, long? after)
    {
        using var follower = history.Follow(after);
        var stream = new EventStream(call.Context, entry => access.MaySee(call.Caller, entry), time);
        await stream.WriteAsync(follower);
    }

    // The header wins: a browser that comes back sends it beside the address of its first call.
    private static bool TryReadAfter(HttpRequest request, out long? after)
    {
        var text = request.Headers["Last-Event-ID"] is { Count: > 0 } last ? last.ToString() : request.Query["after"].ToString();
        after = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        return text.Length == 0 || after is not null;
    }
}
