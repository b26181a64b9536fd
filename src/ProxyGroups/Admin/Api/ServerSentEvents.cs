using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace ProxyGroups.Admin.Api;

/// <summary>Server-sent events (WHATWG HTML 9.2) to one reader.</summary>
internal sealed class ServerSentEvents(HttpContext context, TimeProvider time)
{
    // A comment now and then shows that the connection lives, and finds readers that have gone.
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(15);

    private readonly PipeWriter _writer = context.Response.BodyWriter;

    public async Task StartAsync()
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.StartAsync(context.RequestAborted);
        Write("retry: 1000\n\n");
    }

    public void Write(string text) => _writer.Write(Encoding.UTF8.GetBytes(text));

    /// <summary>Hands on what comes, at the reader's pace, until it ends.</summary>
    /// <param name="beforeWait">Called between two waits; false: it ends here.</param>
    public async Task FollowAsync<T>(ChannelReader<T> coming, Action<T> write, Func<bool> beforeWait)
    {
        var more = coming.WaitToReadAsync(context.RequestAborted).AsTask();
        await _writer.FlushAsync(context.RequestAborted);
        while (beforeWait() && await IsMoreAsync(more))
        {
            if (more.IsCompleted)
            {
                while (coming.TryRead(out var next))
                {
                    write(next);
                    await FlushWhereFullAsync();
                }

                more = coming.WaitToReadAsync(context.RequestAborted).AsTask();
            }
            else
            {
                Write(": \n\n");
            }

            await _writer.FlushAsync(context.RequestAborted);
        }
    }

    // What a slow reader has not taken waits in the bounded channel, not in the server's memory.
    private async ValueTask FlushWhereFullAsync()
    {
        if (_writer.UnflushedBytes > 16 << 10)
        {
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
}
