using Microsoft.Extensions.Logging;

namespace ProxyGroups.Supervision;

/// <summary>Where one worker's lines go: into its group's file, or, without one or while it takes nothing, into our own log.</summary>
internal sealed class WorkerOutput : IDisposable
{
    private readonly LaunchSpec _spec;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly LogFiles _files;
    private readonly BoundedLogFile? _file;
    private readonly LineAllowance _ownLog;

    public WorkerOutput(LaunchSpec spec, LogFiles files, ILogger logger, TimeProvider time)
    {
        (_spec, _files, _logger, _time) = (spec, files, logger, time);
        _file = spec.Log is { } target ? files.Take(target) : null;
        _ownLog = LineAllowance.OfOwnLog(time);
    }

    /// <summary>A relay that carries the process's lines here.</summary>
    public OutputRelay Relay(ILaunchedProcess process, CancellationToken cancellationToken) =>
        Start(process, _file is null ? LineAllowance.OfOwnLog(_time) : LineAllowance.OfFile(_time), isOneShot: false, cancellationToken);

    /// <summary>The same of a process that ends by itself: however much it writes it is not held up, and what others wrote stays in the file.</summary>
    /// <param name="of">The process that its lines are of, where that is another one.</param>
    public OutputRelay RelayOnce(ILaunchedProcess process, CancellationToken cancellationToken, int? of = null) => Start(process, LineAllowance.OfOwnLog(_time), isOneShot: true, cancellationToken, of);

    public void Dispose()
    {
        if (_spec.Log is { } target)
        {
            _files.GiveBack(target);
        }
    }

    private WorkerIdentity Worker => _spec.Worker;

    private OutputRelay Start(ILaunchedProcess process, LineAllowance allowance, bool isOneShot, CancellationToken cancellationToken, int? of = null)
    {
        var pid = of ?? process.Pid;
        return OutputRelay.Start(process.StandardOutput, process.StandardError, line => Write(pid, line), count => ReportDropped(pid, count), allowance, _time, cancellationToken, isOneShot);
    }

    private void Write(int pid, OutputLine line)
    {
        _files.Kept.Add(Worker, pid, line);
        if (_file is null || (!_file.Write(LogLine.Of(Worker, pid, line, _time.GetUtcNow())) && _ownLog.TryTake()))
        {
            WorkerLog.Output(_logger, Worker.Group, Worker.Rank, Worker.Generation, pid, line.Stream, PlainText.Of(line.Text));
        }
    }

    private void ReportDropped(int pid, int count)
    {
        _files.Kept.Add(Worker, pid, new OutputLine(KeptLine.OwnStream, $"writes more than the log takes: {count} lines dropped"));
        WorkerLog.OutputDropped(_logger, Worker.Group, Worker.Rank, Worker.Generation, pid, count);
    }
}
