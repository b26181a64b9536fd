using Microsoft.Extensions.Logging;

namespace ProxyGroups.Supervision;

/// <summary>Where lines of workers go beside our own log: the open log files, one per path, which workers of a group share, and the lines kept for who reads along. Thread-safe.</summary>
internal sealed class LogFiles(ILogger logger, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (BoundedLogFile File, int Users)> _files = new(StringComparer.Ordinal);

    public KeptLines Kept { get; init; } = new(time);

    /// <summary>The target's file, which stays open until each that took it has given it back; the newest bounds hold.</summary>
    public BoundedLogFile Take(LogTarget target)
    {
        lock (_gate)
        {
            var (file, users) = _files.GetValueOrDefault(target.File, (new(target.File, logger, time), 0));
            (file.MaxSize, file.Keep) = (target.MaxSize, target.Keep);
            _files[target.File] = (file, users + 1);
            return file;
        }
    }

    public void GiveBack(LogTarget target)
    {
        lock (_gate)
        {
            var (file, users) = _files[target.File];
            if (users > 1)
            {
                _files[target.File] = (file, users - 1);
                return;
            }

            _files.Remove(target.File);
            file.Dispose();
        }
    }
}
