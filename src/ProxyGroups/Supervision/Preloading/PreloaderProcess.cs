using System.Globalization;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Supervision;

/// <summary>One preloader from its start to its end, and its verdict: whether it may be forked. Thread-safe.</summary>
internal sealed class PreloaderProcess
{
    private const string Prefix = "proxygroups: ";
    private static readonly string[] Activities = ["importing ", "warming up "];
    private const int ImportFailed = 3;
    private const int NotSafe = 4;
    private const int NeedsExcluded = 5;

    // Imports that take longer hang: nobody's start waits so long for them, but where Timeouts:Startup says so.
    private static readonly TimeSpan ShortestPatience = TimeSpan.FromSeconds(30);

    // It has nothing to finish.
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource<PreloadFault?> _verdict = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WorkerProcess _process;
    private readonly PreloadSpec _preload;
    private readonly TimeProvider _time;
    private readonly string? _user;
    private readonly long _started;
    private readonly IPreloaderBounds? _bounds;
    private IDisposable? _count;
    private volatile bool _isReady;
    private int _workers;
    private volatile bool _isRetired;

    private PreloaderProcess(LaunchSpec spec, PreloadSpec preload, PreloadHost host, ILauncher launcher)
    {
        (_preload, _time, _user, _started, _bounds) = (preload, host.Time, spec.User, host.Time.GetTimestamp(), host.Bounds);
        Control = host.Directory.SocketPath(spec.Worker.Id);
        _process = WorkerProcess.Start(spec, launcher, host.Directory, host.Logs, host.Logger, host.Time, Hear);
        _ = LimitAsync();
    }

    /// <summary>Null once it may be forked; else why not. It never fails.</summary>
    public Task<PreloadFault?> Verdict => _verdict.Task;

    /// <summary>Why it was discarded; null: it was not.</summary>
    public PreloadFault? Discarded { get; private set; }

    /// <summary>Completes when it is gone.</summary>
    public Task Ended => _process.Completion;

    /// <summary>Path of its control socket.</summary>
    public string Control { get; }

    public int Pid => _process.Pid ?? 0;

    /// <summary>See <see cref="PreloadHost.Overheads"/>.</summary>
    public long Overhead => _process.Overhead;

    public PreloaderView View => new(_preload.Owner, _user, Pid, State, _process.Worker.Generation, _time.GetElapsedTime(_started), _preload.Shown);

    private WorkerState State => _isRetired ? WorkerState.Draining
        : _isReady ? WorkerState.Ready
        : Verdict.IsCompleted ? WorkerState.Stopping : WorkerState.Starting;

    /// <param name="forked">A worker that is to be forked from it: it runs as that one's user, with its rights.</param>
    public static PreloaderProcess Start(LaunchSpec forked, int id, int generation, PreloadHost host, ILauncher launcher)
    {
        var preload = forked.Preload!;
        var environment = new Dictionary<string, string>(preload.Environment) { ["PROXYGROUPS_SOCKET"] = host.Directory.SocketPath(id) };
        if (preload.Learned.Count > 0)
        {
            environment["PROXYGROUPS_LEARNED"] = string.Join(' ', preload.Learned);
        }

        if (preload.LearnedCode.Count > 0)
        {
            environment["PROXYGROUPS_LEARNED_CODE"] = string.Join(' ', preload.LearnedCode);
        }

        var worker = new WorkerIdentity(NameOf(preload.Owner), id, 0, preload.IsOfApp ? forked.Worker.Generation : generation);
        return new((preload.IsOfApp ? OfApp(forked, id) : OfModules(forked, id)) with { Worker = worker, Environment = environment }, preload, host, launcher);
    }

    /// <summary>What it is called in logs and records, in the place of a process group.</summary>
    public static string NameOf(string owner) => "preloader of " + owner;

    /// <summary>It forks no more, and ends when its last worker has.</summary>
    public void Retire()
    {
        _isRetired = true;
        _process.Stop();
        Count(0);
    }

    /// <summary>How many workers are forked from it, or are about to be. One that has none and does not end when it is to is killed.</summary>
    public void Count(int change)
    {
        if (Interlocked.Add(ref _workers, change) == 0 && _isRetired)
        {
            _ = KillLateAsync();
        }
    }

    /// <summary>Ends one that forks no more although it should; its workers live on.</summary>
    public void Discard(PreloadFault fault)
    {
        Discarded = fault;
        Kill();
    }

    /// <summary>Its workers live on.</summary>
    public void Kill() => _process.Kill();

    // A worker that shares what is its group's: place, limits, log.
    private static LaunchSpec OfApp(LaunchSpec forked, int id) => forked with
    {
        Command = forked.Preload!.Command,
        // Its control socket is no worker's: it is not asked whether it speaks HTTP.
        Endpoint = WorkerEndpoint.Nowhere,
        Readiness = new(Notify: true, Path: null),
        Cgroup = forked.Cgroup is { } path ? Path.Combine(Path.GetDirectoryName(path)!, string.Create(CultureInfo.InvariantCulture, $"w{id}")) : null,
        Preload = forked.Preload.Base,
        IsForkParent = true,
        Watchdog = null,
    };

    /// <summary>A process with the place and rights of what modules are preloaded in for this worker.</summary>
    public static LaunchSpec OfModules(LaunchSpec forked, int id) => new()
    {
        Worker = forked.Worker,
        Command = forked.Preload!.Command,
        Directory = "/",
        Environment = forked.Preload.Environment,
        Endpoint = WorkerEndpoint.Nowhere,
        Readiness = new(Notify: true, Path: null),
        Cgroup = forked.Cgroup is { } path ? CgroupTree.PathOfPreloader(path, id) : null,
        User = forked.User,
        Group = forked.Group,
        SupplementaryGroups = forked.SupplementaryGroups,
        Capabilities = forked.Capabilities,
        NoNewPrivileges = forked.NoNewPrivileges,
        IsForkParent = true,
    };

    private void Hear(WorkerEvent happened)
    {
        if (happened is WorkerEvent.Spawned { Pid: var pid, Worker.Id: var id })
        {
            _count = _bounds?.Count(_preload.Owner, id, pid, Verdict);
        }
        else if (happened is WorkerEvent.Ready)
        {
            _isReady = _verdict.TrySetResult(null);
        }
        else if (happened is WorkerEvent.StartFailed { Failure: { Step: SpawnStep.Prepare or SpawnStep.Launch } failure })
        {
            _verdict.TrySetResult(new($"its preloader does not start: {failure.Cause}", failure.Remedy));
        }
        else if (happened is WorkerEvent.Exited exited)
        {
            _count?.Dispose();
            _verdict.TrySetResult(Describe(exited.Exit, exited.LastOutput));
        }
    }

    private async Task KillLateAsync()
    {
        await Task.WhenAny(Ended, Task.Delay(StopTime, _time));
        Kill();
    }

    private async Task LimitAsync()
    {
        var patience = _preload.Patience * 2 is var startup && startup > ShortestPatience && _preload.IsOfApp ? startup : ShortestPatience;
        await Task.WhenAny(Verdict, Task.Delay(patience, _time));
        if (_verdict.TrySetResult(new($"{LastWords(_process.LastOutput)} has not ended after {patience.TotalSeconds:0} s", $"{PreloadRemedy.Off(_preload)}, or see why it takes so long.", IsLasting: true)))
        {
            _process.DumpStacks();
            _process.Kill();
        }
    }

    private PreloadFault Describe(WorkerExit exit, IReadOnlyList<string> output) => exit.Code switch
    {
        NotSafe => new($"{LastWords(output)}, and a process with that must not be forked", PreloadRemedy.ForUnsafe(_preload, LastWords(output)), IsLasting: true),
        NeedsExcluded => new(LastWords(output), PreloadRemedy.ForExcluded(_preload), IsLasting: true),
        // An app is corrected, and tried again: its workers say what is wrong.
        ImportFailed => new(LastWords(output), _preload.IsOfApp ? "Correct the app." : "Correct Preload, or install the module for this interpreter.", IsLasting: !_preload.IsOfApp),
        _ when LastWords(output) is var words && Activities.Any(activity => words.StartsWith(activity, StringComparison.Ordinal)) =>
            new($"{words} ended the preloader ({exit})", PreloadRemedy.Off(_preload) + ".", IsLasting: true),
        _ => new($"its preloader ended ({exit})", "See its last output in the log."),
    };

    // What it said last of itself; the modules may say anything.
    private static string LastWords(IReadOnlyList<string> output) =>
        output.LastOrDefault(static line => line.StartsWith(Prefix, StringComparison.Ordinal)) is { } line ? line[Prefix.Length..] : "its start";
}
