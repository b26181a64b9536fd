using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ProxyGroups.Supervision;

namespace ProxyGroups.Admin.Api;

/// <summary>Lines of workers to one reader. One that is too slow loses lines, and an event <c>lost</c> says how many.</summary>
internal sealed class LineStream(HttpContext context, TimeProvider time)
{
    private readonly ServerSentEvents _events = new(context, time);

    /// <param name="groups">The groups that the reader may see now, as <see cref="LineFollower.Groups"/>; it ends when none is left.</param>
    public async Task WriteAsync(LineFollower follower, Func<IReadOnlySet<string>?> groups)
    {
        await _events.StartAsync();
        foreach (var line in follower.Kept)
        {
            Write(line);
        }

        await _events.FollowAsync(follower.Coming, Write, () =>
        {
            TellLost(follower.TakeLost());
            follower.Groups = groups();
            return follower.Groups is not { Count: 0 };
        });
    }

    private void Write(KeptLine line) =>
        _events.Write(string.Create(CultureInfo.InvariantCulture, $"id: {line.Id}\ndata: {JsonSerializer.Serialize(line, SnapshotJson.OfEvents)}\n\n"));

    private void TellLost(long count)
    {
        if (count > 0)
        {
            _events.Write(string.Create(CultureInfo.InvariantCulture, $"event: lost\ndata: {{\"lost\":{count}}}\n\n"));
        }
    }
}
