using Microsoft.Extensions.Logging;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Supervision;

/// <summary>
/// One worker seen from outside: starts it, relays its output, watches readiness and exit, and reports each as a
/// <see cref="WorkerEvent"/>. It decides nothing and owns no deadline: who planned it calls <see cref="Stop"/> and
/// <see cref="Kill"/>.
/// <para>Any thread may call it. Events come one after the other, from one task, which ends with Exited. An exit that was
/// asked for before the worker was ready is no failed start.</para>
/// <para>Life: files, launch, output and readiness, exit, rest of the family killed, output flushed, files removed, Exited.</para>
/// </summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    // How long a stranger may hold the output pipes of a worker that is gone.
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(1);

    private const int SigKill = 9;

    private readonly LaunchSpec _spec;
    private readonly ILauncher _launcher;
    private readonly Action<WorkerEvent> _sink;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly WorkerFiles _files;
    private readonly WorkerOutput _lines;
    private readonly WorkerStacks _stacks;
    private readonly long _started;
    private readonly CancellationTokenSource _output = new();
    private readonly ModuleListener _modules = new();
    private Action<ModuleReport>? _modulesTold;
    private bool _isStrangerLogged;
    private readonly TaskCompletionSource _saidReady = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Lock _endGate = new();

    private bool _isEndWanted;
    private volatile SpawnStage _stage = new(SpawnStep.Prepare);
    private long _watchdog;
    private volatile bool _hasBeaten;

    private WorkerProcess(LaunchSpec spec, ILauncher launcher, RuntimeDirectory directory, LogFiles logs, ILogger logger, TimeProvider time, Action<WorkerEvent> sink)
    {
        (_spec, _launcher, _logger, _time, _sink) = (spec, launcher, logger, time, sink);
        _files = new(spec, directory, time);
        _lines = new(spec, logs, logger, time);
        _stacks = new(spec, launcher, _lines, logger, time);
        _started = time.GetTimestamp();
    }

    public WorkerIdentity Worker => _spec.Worker;

    public WorkerEndpoint Endpoint => _spec.Endpoint;

    /// <summary>Null until it is spawned.</summary>
    public int? Pid => _stage.Process?.Pid;

    /// <summary>Completes after Exited was reported.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>What the worker last said of itself (STATUS= of sd_notify).</summary>
    public string? Status { get; private set; }

    /// <summary>The worker said that it is about to stop (STOPPING=1).</summary>
    public bool SaidStopping { get; private set; }

    /// <summary>See <see cref="PreloadHost.Overheads"/>: what it last said of that.</summary>
    public long Overhead { get; private set; }

    /// <summary>It has said WATCHDOG=1.</summary>
    public bool HasBeaten => _hasBeaten;

    /// <summary>Time since the worker last said WATCHDOG=1, or since it became ready; null before either.</summary>
    public TimeSpan? SinceWatchdog => Interlocked.Read(ref _watchdog) is var last and not 0 ? _time.GetElapsedTime(last) : null;

    /// <summary>What the kernel has killed of it since the last call because memory ran out; null: nothing that is known of.</summary>
    public MemoryKill? FindMemoryKill() => _stage.Process?.FindMemoryKill();

    public IReadOnlyList<string> LastOutput => _stage.Relay?.LastLines ?? [];

    /// <param name="logger">Of category <see cref="WorkerLog.Category"/>.</param>
    /// <param name="sink">Takes the events; must not block.</param>
    /// <param name="modulesTold">Takes what it says that it has loaded, once at most; must not block.</param>
    public static WorkerProcess Start(
        LaunchSpec spec, ILauncher launcher, RuntimeDirectory directory, LogFiles logs, ILogger logger, TimeProvider time, Action<WorkerEvent> sink, Action<ModuleReport>? modulesTold = null)
    {
        var worker = new WorkerProcess(spec, launcher, directory, logs, logger, time, sink) { _modulesTold = modulesTold };
        worker.Completion = Task.Run(worker.LiveAsync);
        return worker;
    }

    /// <summary>Asks politely, as soon as its stacks have appeared that were asked for. Before the launch is through there is nobody to ask, and the end is the kill.</summary>
    public void Stop()
    {
        if (WantEnd() is { } process)
        {
            _stacks.Stop(process);
        }
    }

    /// <summary>Ends the worker and everything it started: at once, or as soon as its stacks had time to appear that were asked for.</summary>
    public void Kill()
    {
        if (WantEnd() is { } process)
        {
            _stacks.Kill(process);
        }
    }

    /// <summary>Logs what its threads wait for, and has its stacks shown (<see cref="WorkerStacks"/>); false if there is no way to.</summary>
    public bool DumpStacks() => _stage.Process is { } process && _stacks.Show(process);

    /// <summary>
    /// Why the worker is not ready yet, for the planner whose patience is over. To be asked before the kill.
    /// Its threads' waits are logged, and a worker that knows how to print its stacks is made to.
    /// </summary>
    public SpawnFailure DescribeStartupTimeout()
    {
        var stage = _stage;
        var stacksFollow = DumpStacks() && stage.Step is SpawnStep.Notify && _spec.StackDumpSignal is not null;
        return StartupDiagnosis.TimedOut(_spec.Endpoint, stage.Process?.FindListeners(), stage.Step, stage.Probe?.LastCheck, LastOutput, _time.GetElapsedTime(_started), stacksFollow);
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await Completion;
        _output.Dispose();
    }

    private async Task LiveAsync()
    {
        var exit = WorkerExit.NeverStarted;
        if (await LaunchAsync() is { } process)
        {
            exit = await SuperviseAsync(process);
        }

        await _stacks.DisposeAsync();
        CleanUp();
        _lines.Dispose();
        _sink(new WorkerEvent.Exited(Worker, exit, LastOutput));
    }

    private async Task<ILaunchedProcess?> LaunchAsync()
    {
        try
        {
            _files.Prepare();
            _stage = new(SpawnStep.Launch);
            return await _launcher.LaunchAsync(_spec, _files.Environment, CancellationToken.None);
        }
        catch (LaunchException failure)
        {
            Fail(new(_stage.Step, failure.Message, [], failure.Remedy, Elapsed));
        }
        catch (Exception failure)
        {
            // Whatever it is, the planner has to hear of it: a worker that is neither ready nor failed holds its place for ever.
            Fail(new(_stage.Step, failure.Message, [], "See whether the runtime folder can be written and the machine has resources left.", Elapsed));
        }

        return null;
    }

    // Whatever goes wrong, the planner has to hear of the end: a worker that is neither ready nor gone holds its rank for ever.
    private async Task<WorkerExit> SuperviseAsync(ILaunchedProcess process)
    {
        try
        {
            return await WatchAsync(process);
        }
        catch (Exception failure)
        {
            WorkerLog.SupervisionFailed(_logger, failure, Worker.Group, Worker.Rank, Worker.Generation, process.Pid);
            if (!_stage.IsSettled)
            {
                Fail(new(_stage.Step, failure.Message, LastOutput, "This is a bug of ProxyGroups: the log has its stack.", Elapsed));
            }

            process.Signal(SigKill);
            return await process.Exited;
        }
    }

    private async Task<WorkerExit> WatchAsync(ILaunchedProcess process)
    {
        var kin = new KinCheck(process, _spec.Endpoint, OperatingSystem.IsLinux() ? KinCheck.ExpectedUser(_spec.User) : null);
        var probe = CreateProbe(kin);
        var relay = _lines.Relay(process, _output.Token);
        if (Publish(new(SpawnStep.Launch, process, relay, probe)))
        {
            process.KillTree();
        }

        Record(process);
        WorkerLog.Spawned(_logger, Worker.Group, Worker.Rank, Worker.Generation, process.Pid);
        _sink(new WorkerEvent.Spawned(Worker, process.Pid));
        _ = _files.ReceiveAsync(sender => _spec.IsForkParent ? sender.Pid == process.Pid : kin.MaySpeak(sender), Hear, sender => LogRefused(process, sender));
        await WatchReadinessAsync(process, probe);
        return await WatchExitAsync(process, relay);
    }

    // Under the gate, so that an end is wanted either before there is a process, which is seen here, or of the process.
    private bool Publish(SpawnStage stage)
    {
        lock (_endGate)
        {
            _stage = stage;
            return _isEndWanted;
        }
    }

    private ILaunchedProcess? WantEnd()
    {
        lock (_endGate)
        {
            _isEndWanted = true;
            return _stage.Process;
        }
    }

    private bool IsEndWanted()
    {
        lock (_endGate)
        {
            return _isEndWanted;
        }
    }

    // Without a record the mark still finds the worker's processes after a crash.
    private void Record(ILaunchedProcess process)
    {
        try
        {
            _files.Record(process);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or LaunchException)
        {
            WorkerLog.RecordFailed(_logger, exception, Worker.Group, Worker.Rank, Worker.Generation, process.Pid);
        }
    }

    private ReadinessProbe CreateProbe(KinCheck kin) =>
        new(CreateCheck(kin), _spec.Readiness.Notify ? _saidReady.Task : null, _time, _spec.Readiness.Settle);

    private HttpCheck? CreateCheck(KinCheck kin) => _spec.Endpoint.IsNowhere
        ? null
        : new HttpCheck(_spec.Endpoint, _spec.Readiness.Path, OperatingSystem.IsLinux() ? kin.DescribeForeignListener : _ => null, _time);

    private async Task WatchReadinessAsync(ILaunchedProcess process, ReadinessProbe probe)
    {
        using var exited = new CancellationTokenSource();
        var ready = probe.WaitAsync(exited.Token);
        if (await Task.WhenAny(ready, process.Exited) == ready)
        {
            Judge(process, await ready);
            return;
        }

        await exited.CancelAsync();
        await ((Task)ready).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Judge(ILaunchedProcess process, HttpCheckResult result)
    {
        if (result.Outcome is HttpCheckOutcome.ForeignListener)
        {
            Fail(StartupDiagnosis.ForeignListener(result.Detail, LastOutput, Elapsed));
            return;
        }

        _stage = new(_stage.Step, process, _stage.Relay) { IsSettled = true };
        process.NoteReady();
        Interlocked.Exchange(ref _watchdog, _time.GetTimestamp());
        WorkerLog.Ready(_logger, Worker.Group, Worker.Rank, Worker.Generation, process.Pid, (long)Elapsed.TotalMilliseconds);
        _sink(new WorkerEvent.Ready(Worker, _spec.Watchdog));
    }

    private async Task<WorkerExit> WatchExitAsync(ILaunchedProcess process, OutputRelay relay)
    {
        var exit = await process.Exited;
        process.KillTree();
        if (!await process.WhenGoneAsync())
        {
            WorkerLog.Resists(_logger, Worker.Group, Worker.Rank, Worker.Generation, process.Pid);
        }

        exit = exit with { MemoryKill = process.DescribeMemoryKill() };
        await FlushAsync(relay);
        if (!_stage.IsSettled && !IsEndWanted())
        {
            Fail(StartupDiagnosis.Exited(exit, _stage.Step, LastOutput, Elapsed));
        }

        WorkerLog.Exited(_logger, Worker.Group, Worker.Rank, Worker.Generation, process.Pid, exit);
        process.Dispose();
        return exit;
    }

    private async Task FlushAsync(OutputRelay relay)
    {
        try
        {
            await relay.Completion.WaitAsync(FlushTimeout, _time);
        }
        catch (TimeoutException)
        {
            await _output.CancelAsync();
        }
    }

    private void Fail(SpawnFailure failure)
    {
        _stage = _stage with { IsSettled = true };
        _sink(new WorkerEvent.StartFailed(Worker, failure));
    }

    private void Hear(NotifyMessage message)
    {
        Status = message.Status ?? Status;
        SaidStopping |= message.Stopping;
        Overhead = message.Overhead ?? Overhead;
        if (message.Watchdog)
        {
            _hasBeaten = true;
            Interlocked.Exchange(ref _watchdog, _time.GetTimestamp());
        }

        if (message.Status is { } status)
        {
            WorkerLog.Status(_logger, Worker.Group, Worker.Rank, Worker.Generation, Pid ?? 0, status);
        }

        if (message.Ready)
        {
            _saidReady.TrySetResult();
        }

        if (message.Modules is { } word && _modules.Hear(word) is { } report)
        {
            _modulesTold?.Invoke(report);
        }
    }

    private void CleanUp()
    {
        try
        {
            _files.Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            WorkerLog.CleanUpFailed(_logger, exception, Worker.Group, Worker.Rank, Worker.Generation);
        }
    }

    private TimeSpan Elapsed => _time.GetElapsedTime(_started);

    // Once: the stranger decides how often this happens.
    private void LogRefused(ILaunchedProcess process, PeerCredentials sender)
    {
        if (!_isStrangerLogged)
        {
            _isStrangerLogged = true;
            WorkerLog.NotifyRefused(_logger, Worker.Group, Worker.Rank, Worker.Generation, process.Pid, sender.Pid, sender.User);
        }
    }
}
