using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ProxyGroups.Groups;

namespace ProxyGroups.Admin.Api;

/// <summary>Server-sent events (WHATWG HTML 9.2) to one reader. One that falls too far behind loses its connection and may come back with its last id.</summary>
internal sealed class EventStream(HttpContext context, Func<HistoryEntry, bool> maySee, TimeProvider time)
{
    // A comment now and then shows that the connection lives, and finds readers that have gone.
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(15);

    private readonly PipeWriter _writer = context.Response.BodyWriter;

    public async Task WriteAsync(HistoryFollower follower)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.StartAsync(context.RequestAborted);
        Write("retry: 1000\n\n");
        foreach (var entry in follower.Kept)
        {
            Write(entry);
        }

        await _writer.FlushAsync(context.RequestAborted);
        await FollowAsync(follower);
        if (follower.IsCutOff)
        {
            context.Abort();
        }
    }

    private async Task FollowAsync(HistoryFollower follower)
    {
        var more = follower.Coming.WaitToReadAsync(context.RequestAborted).AsTask();
        while (await IsMoreAsync(more))
        {
            if (more.IsCompleted)
            {
                while (follower.Coming.TryRead(out var entry))
                {
                    Write(entry);
                }

                more = follower.Coming.WaitToReadAsync(context.RequestAborted).AsTask();
            }
            else
            {
                Write(": \n\n");
            }

            await _writer.FlushAsync(context.RequestAborted);
        }
    }

    // True as well when only the time for a sign of life has come.
    private async Task<bool> IsMoreAsync(Task<bool> more)
    {
        try
        {
            return await more.WaitAsync(SignOfLife, time, context.RequestAborted);
        }
        catch (TimeoutException)
        {
            return true;
        }
    }

    private void Write(HistoryEntry entry)
    {
        if (maySee(entry))
        {
            Write(string.Create(CultureInfo.InvariantCulture, $"id: {entry.Id}\ndata: {JsonSerializer.Serialize(entry, SnapshotJson.OfEvents)}\n\n"));
        }
    }

    private void Write(string text) => _writer.Write(Encoding.UTF8.GetBytes(text));
}
