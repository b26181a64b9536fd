using Microsoft.Extensions.Logging;
using ProxyGroups.Supervision;

namespace ProxyGroups.Proxying.Access;

/// <summary>Where the access log goes: a file, or standard output. One caller at a time.</summary>
internal sealed class AccessSink(string? path, ILogger logger, TimeProvider time) : IDisposable
{
    private readonly BoundedLogFile? _file = path is null ? null : new(path, logger, time) { Setting = "AccessLog:File", Meanwhile = "its lines are lost, and counted" };
    private readonly Stream? _console = path is null ? Console.OpenStandardOutput() : null;

    public string? Path { get; } = path;

    public void Bound(long maxSize, int keep)
    {
        if (_file is not null)
        {
            (_file.MaxSize, _file.Keep) = (maxSize, keep);
        }
    }

    public void Write(ReadOnlySpan<byte> lines, int count)
    {
        _file?.Write(lines, count);
        _console?.Write(lines);
    }

    public void Dispose()
    {
        _file?.Dispose();
        _console?.Dispose();
    }
}
