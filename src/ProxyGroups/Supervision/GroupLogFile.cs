using System.Text;
using Microsoft.Extensions.Logging;

namespace ProxyGroups.Supervision;

/// <summary>
/// The log file of one group's workers. Each line is one write to the kernel, so that a crash of ours loses none that was taken;
/// a full file is renamed in one step and a new one begun. A file that takes nothing (no right, disk full) is told once with the
/// remedy, refused to the callers meanwhile, and tried again every few seconds. Thread-safe; a line is held up by no more than
/// the lines of others.
/// </summary>
internal sealed class GroupLogFile(string path, ILogger logger, TimeProvider time) : IDisposable
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

    /// <summary>False: the file takes nothing at present.</summary>
    public bool Write(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        lock (_gate)
        {
            try
            {
                if (_isFaulty && time.GetElapsedTime(_lastLook) < RetryInterval)
                {
                    _refused++;
                    return false;
                }

                Open().Write(bytes, MaxSize, Keep);
                Recover();
                return true;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                Fail(fault);
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

    private void Fail(Exception fault)
    {
        _file?.Dispose();
        _file = null;
        _refused++;
        _lastLook = time.GetTimestamp();
        if (!_isFaulty)
        {
            _isFaulty = true;
            WorkerLog.LogFileFailed(logger, path, fault.Message.TrimEnd('.'));
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
