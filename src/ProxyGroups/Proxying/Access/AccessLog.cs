using System.Numerics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ProxyGroups.Configuration;
using ProxyGroups.Telemetry;

namespace ProxyGroups.Proxying.Access;

/// <summary>
/// Makes a line of each request that has ended, a few at a time, and writes lines in lumps behind the requests' backs, which never wait for the file. What finds too many of
/// them waiting, or the file faulty, is lost, counted and told. Any thread; ends, with all that was taken, after the server has.
/// </summary>
internal sealed class AccessLog(SettingsStore settings, IHostEnvironment environment, TimeProvider time, ProxyGroupsMeter meter, ILogger<AccessLog> logger) : IHostedService, IDisposable
{
    // More may come all the while, and what is lost must be told, settings that have changed be taken.
    private const int MostLumps = WaitingLines.MostBytes / AccessLump.MostBytes;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan TellInterval = TimeSpan.FromMinutes(1);

    private readonly WaitingLines _waiting = new();

    // As many as cores, so that threads seldom meet, each made when it is needed; a power of two.
    private readonly AccessBatch?[] _batches = new AccessBatch?[BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount)];
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AccessSink? _sink;
    private Task _writing = Task.CompletedTask;
    private bool _isDisposed;
    private int _lost;
    private long _told;

    public bool IsOn => settings.Current.Settings.AccessLog.Format != AccessLogFormat.Off;

    public void Write(in AccessEntry entry)
    {
        var now = settings.Current.Settings.AccessLog;
        if (now.Format == AccessLogFormat.Off || _isDisposed)
        {
            return;
        }

        ref var own = ref _batches[Environment.CurrentManagedThreadId & (_batches.Length - 1)];
        CountLost((Volatile.Read(ref own) ?? Begin(ref own)).Add(entry, now));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _writing = Task.Run(WriteAllAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Not longer than the host lets us: whoever should take the lines may take none.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping.TrySetResult();
        await Task.WhenAny(_writing, Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken));
    }

    /// <summary>Twice by the container, which knows it by two names.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        _sink?.Dispose();
    }

    private async Task WriteAllAsync()
    {
        for (var isLast = false; !isLast;)
        {
            await Task.WhenAny(_stopping.Task, _waiting.SomeAsync());
            isLast = _stopping.Task.IsCompleted;
            try
            {
                WriteWaiting(settings.Current.Settings.AccessLog, isLast ? int.MaxValue : MostLumps);
            }
#pragma warning disable CA1031 // Whatever it is, it costs these lines; the log of all later requests goes on.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                logger.AccessLogFailed(failure);
            }

            TellLost(isLast);
            // Lets lines gather: a write per request would cost more than the line.
            await Task.WhenAny(_stopping.Task, Task.Delay(Pause, time));
        }
    }

    private AccessBatch Begin(ref AccessBatch? place)
    {
        var begun = new AccessBatch(_waiting);
        return Interlocked.CompareExchange(ref place, begun, null) ?? begun;
    }

    private void CountLost(int lines)
    {
        if (lines > 0)
        {
            Interlocked.Add(ref _lost, lines);
            meter.CountLostLines(lines);
        }
    }

    private void WriteWaiting(AccessLogSettings now, int most)
    {
        foreach (var batch in _batches)
        {
            CountLost(batch?.MakeLines() ?? 0);
        }

        Aim(now);
        for (var lumps = 0; lumps < most && _waiting.TryTake(out var lump); lumps++)
        {
            _sink!.Write(lump.Bytes, lump.Lines);
            _waiting.Return(lump);
        }
    }

    private void Aim(AccessLogSettings now)
    {
        var path = now.File is null ? null : Path.GetFullPath(now.File, environment.ContentRootPath);
        if (_sink is null || _sink.Path != path)
        {
            _sink?.Dispose();
            _sink = new AccessSink(path, logger, time);
        }

        _sink.Bound(now.MaxSize, now.Keep);
    }

    private void TellLost(bool isLast)
    {
        if (Volatile.Read(ref _lost) > 0 && (isLast || _told == 0 || time.GetElapsedTime(_told) >= TellInterval))
        {
            _told = time.GetTimestamp();
            logger.AccessLinesLost(Interlocked.Exchange(ref _lost, 0));
        }
    }
}
