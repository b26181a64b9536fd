using System.Text;
using Microsoft.Extensions.Logging;

namespace ProxyGroups.Supervision;

/// <summary>
/// A log file: that of a group's workers, or of requests. What is taken is with the kernel at once, so that a crash of ours loses none of it;
/// a full file is renamed in one step and a new one begun. A file that takes nothing (no right, disk full) is told once with the
/// remedy, refused to the callers meanwhile, and tried again every few seconds. Thread-safe; a line is held up by no more than
/// the lines of others.
/// </summary>
internal sealed class BoundedLogFile(string path, ILogger logger, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private RotatingFile? _file;
    private bool _isFaulty;
    private int _refused;
    private long _lastLook;

    public long MaxSize { get; set; }

    public int Keep { get; set; }

    /// <summary>The setting that names the file, for messages.</summary>
    public string Setting { get; init; } = "Log:File";

    /// <summary>What becomes of lines that it does not take, for messages.</summary>
    public string Meanwhile { get; init; } = "they stand in this log, 1,000 a second of each worker";

    /// <summary>False: the file takes nothing at present.</summary>
    public bool Write(string line) => Write(Encoding.UTF8.GetBytes(line + "\n"), 1);

    /// <summary>Whole lines, which stay together in one file; false: they are lost.</summary>
    public bool Write(ReadOnlySpan<byte> lines, int count)
    {
        lock (_gate)
        {
            try
            {
                if (_isFaulty && time.GetElapsedTime(_lastLook) < RetryInterval)
                {
                    _refused += count;
                    return false;
                }

                Open().Write(lines, MaxSize, Keep);
                Recover();
                return true;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                Fail(fault, count);
                return false;
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    // Once a second: somebody may have removed the file, and what is written to it then is seen by nobody.
    private RotatingFile Open()
    {
        if (_file is not null && time.GetElapsedTime(_lastLook) >= LookInterval)
        {
            _lastLook = time.GetTimestamp();
            if (_file.IsRemoved)
            {
                _file.Dispose();
                _file = null;
            }
        }

        return _file ??= new(path);
    }

    private void Fail(Exception fault, int count)
    {
        _file?.Dispose();
        _file = null;
        _refused += count;
        _lastLook = time.GetTimestamp();
        if (!_isFaulty)
        {
            _isFaulty = true;
            WorkerLog.LogFileFailed(logger, path, fault.Message.TrimEnd('.'), Meanwhile, Setting);
        }
    }

    private void Recover()
    {
        if (_isFaulty)
        {
            WorkerLog.LogFileRecovered(logger, path, _refused);
            (_isFaulty, _refused) = (false, 0);
        }
    }
}
