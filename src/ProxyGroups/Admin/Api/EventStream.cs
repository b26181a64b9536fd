using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ProxyGroups.Groups;

namespace ProxyGroups.Admin.Api;

/// <summary>Events to one reader. One that falls too far behind loses its connection and may come back with its last id.</summary>
internal sealed class EventStream(HttpContext context, Func<HistoryEntry, bool> maySee, TimeProvider time)
{
    private readonly ServerSentEvents _events = new(context, time);

    public async Task WriteAsync(HistoryFollower follower)
    {
        await _events.StartAsync();
        foreach (var entry in follower.Kept)
        {
            Write(entry);
        }

        await _events.FollowAsync(follower.Coming, Write, static () => true);
        if (follower.IsCutOff)
        {
            context.Abort();
        }
    }

    private void Write(HistoryEntry entry)
    {
        if (maySee(entry))
        {
            _events.Write(string.Create(CultureInfo.InvariantCulture, $"id: {entry.Id}\ndata: {JsonSerializer.Serialize(entry, SnapshotJson.OfEvents)}\n\n"));
        }
    }
}
