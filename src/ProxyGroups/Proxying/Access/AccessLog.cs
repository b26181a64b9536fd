using System.Buffers;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ProxyGroups.Configuration;
using ProxyGroups.Telemetry;

namespace ProxyGroups.Proxying.Access;

/// <summary>
/// Takes entries from the requests, which never wait for it, and writes them in lumps behind their backs. What finds the queue full or the file faulty is
/// lost, counted and told. Settings that change hold from the next lump on. Any thread; ends, with all that was taken, after the server has.
/// </summary>
internal sealed class AccessLog(SettingsStore settings, IHostEnvironment environment, TimeProvider time, ProxyGroupsMeter meter, ILogger<AccessLog> logger) : IHostedService, IDisposable
{
    private const int MostWaiting = 16_384;

    // Below the smallest size that a file may be bounded to.
    private const int LumpBytes = 32 << 10;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan TellInterval = TimeSpan.FromMinutes(1);

    private readonly Channel<AccessEntry> _waiting = Channel.CreateBounded<AccessEntry>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly ArrayBufferWriter<byte> _lump = new(2 * LumpBytes);
    private readonly AccessLine _line = new();
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AccessSink? _sink;
    private Task _writing = Task.CompletedTask;
    private int _linesInLump;
    private int _lost;
    private long _told;

    public bool IsOn => settings.Current.Settings.AccessLog.Format != AccessLogFormat.Off;

    public void Write(AccessEntry entry)
    {
        if (!_waiting.Writer.TryWrite(entry))
        {
            Interlocked.Increment(ref _lost);
            meter.CountLostLine();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _writing = Task.Run(WriteAllAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Not longer than the host lets us: whoever should take the lines may take none.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        _stopping.TrySetResult();
        await Task.WhenAny(_writing, Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken));
    }

    public void Dispose() => _sink?.Dispose();

    private async Task WriteAllAsync()
    {
        while (await _waiting.Reader.WaitToReadAsync())
        {
            try
            {
                WriteWaiting(settings.Current.Settings.AccessLog);
            }
#pragma warning disable CA1031 // Whatever it is, it costs these lines; the log of all later requests goes on.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                logger.AccessLogFailed(failure);
            }

            TellLost();
            // Lets lines gather: a write per request would cost more than the line.
            await Task.WhenAny(_stopping.Task, Task.Delay(Pause, time));
        }
    }

    private void WriteWaiting(AccessLogSettings now)
    {
        Aim(now);
        while (_waiting.Reader.TryRead(out var entry))
        {
            if (now.Format != AccessLogFormat.Off)
            {
                _line.Write(entry, now.Format, now.Query, _lump);
                _linesInLump++;
            }

            if (_lump.WrittenCount >= LumpBytes)
            {
                WriteLump();
            }
        }

        WriteLump();
    }

    private void WriteLump()
    {
        if (_linesInLump > 0)
        {
            _sink!.Write(_lump.WrittenSpan, _linesInLump);
        }

        _linesInLump = 0;
        _lump.ResetWrittenCount();
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

    private void TellLost()
    {
        if (Volatile.Read(ref _lost) > 0 && (_told == 0 || time.GetElapsedTime(_told) >= TellInterval))
        {
            _told = time.GetTimestamp();
            logger.AccessLinesLost(Interlocked.Exchange(ref _lost, 0));
        }
    }
}
