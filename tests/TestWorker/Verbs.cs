using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace TestWorker;

/// <summary>One answer per path. <c>/</c> and unknown paths echo the request.</summary>
/// <param name="release">File whose existence ends <c>/held</c>: <c>release=PATH</c> on the command line.</param>
/// <param name="always">Verb that answers every request, whatever its path: <c>answer=VERB</c> on the command line.</param>
internal sealed class Verbs(Counts counts, string? release, string? always)
{
    private const string Stall = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n";

    private static readonly List<byte[]> Leaked = [];

    /// <summary>False: close the connection.</summary>
    public async Task<bool> AnswerAsync(Request request, NetworkStream stream)
    {
        switch (always ?? request.Path.TrimStart('/'))
        {
            case "sleep":
                await Task.Delay(TimeSpan.FromMilliseconds(request.Query("ms", 100)), TimeProvider.System);
                return await EchoAsync(request, stream);
            case "held":
                while (!File.Exists(release))
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
                }

                return await EchoAsync(request, stream);
            case "hang":
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
                return false;
            case "block":
                BlockForEver();
                return false;
            case "crash":
                Environment.Exit(request.Query("code", 3));
                return false;
            case "kill-self":
                using (var self = Process.GetCurrentProcess())
                {
                    self.Kill();
                }

                return false;
            case "leak":
                Leaked.Add(GC.AllocateArray<byte>(request.Query("mb", 10) << 20));
                Leaked[^1].AsSpan().Fill(1);
                return await EchoAsync(request, stream);
            case "fork":
                return await SendAsync(stream, 200, $"{Grandchild.Start()}");
            case "counts":
                return await SendAsync(stream, 200, counts.ToString());
            case "pid":
                return await SendAsync(stream, 200, $"{Environment.ProcessId}");
            case "environment":
                return await SendAsync(stream, 200, (await File.ReadAllTextAsync("/proc/self/environ")).Replace('\0', '\n'));
            case "status":
                return await SendAsync(stream, request.Query("code", 503), "as asked");
            case "unavailable":
                return await SendAsync(stream, 503, "as asked");
            case "garbage":
                await WriteAsync(stream, "\u0001\u0002this is not HTTP\r\n\r\n");
                return false;
            case "close":
                return false;
            case "close-mid-headers":
                await WriteAsync(stream, Stall);
                return false;
            case "close-mid-body":
                await WriteAsync(stream, Stall + "\r\nonly this");
                return false;
            case "stall-mid-body":
                await WriteAsync(stream, Stall + "\r\nonly this");
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
                return false;
            case "huge-headers":
                return await HugeHeadersAsync(stream, request.Query("mb", 100));
            case "endless":
                return await EndlessAsync(stream);
            case "bytes":
                return await SendAsync(stream, 200, new string('b', request.Query("n", 1000)));
            case "413-without-reading":
                await SendAsync(stream, 413, "too large");
                return false;
            default:
                return await EchoAsync(request, stream);
        }
    }

    // As code does that waits for a lock: the thread stands still.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void BlockForEver()
    {
        lock (Leaked)
        {
            Monitor.Wait(Leaked);
        }
    }

    private static async Task<bool> EchoAsync(Request request, NetworkStream stream)
    {
        var length = await request.ReadBodyAsync();
        return await SendAsync(stream, 200, $"{request.Method} {request.Target}\n{string.Join('\n', request.Headers)}\nbody {length}\n");
    }

    private static async Task<bool> HugeHeadersAsync(NetworkStream stream, int megabytes)
    {
        await WriteAsync(stream, "HTTP/1.1 200 OK\r\n");
        var kilobyte = $"X-Filler: {new string('h', 1012)}\r\n";
        for (var count = 0; count < megabytes * 1024; count++)
        {
            await WriteAsync(stream, kilobyte);
        }

        await WriteAsync(stream, "Content-Length: 0\r\n\r\n");
        return true;
    }

    private static async Task<bool> EndlessAsync(NetworkStream stream)
    {
        await WriteAsync(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        while (true)
        {
            await WriteAsync(stream, "400\r\n" + new string('e', 1024) + "\r\n");
        }
    }

    private static async Task<bool> SendAsync(NetworkStream stream, int status, string body)
    {
        await WriteAsync(stream, $"HTTP/1.1 {status} {(status is 200 ? "OK" : "As asked")}\r\nContent-Type: text/plain\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
        return true;
    }

    private static async Task WriteAsync(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text));
}
