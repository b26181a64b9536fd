using System.Globalization;

namespace ProxyGroups.Supervision;

/// <summary>One preloader from its start to its end, and its verdict: whether it may be forked. Thread-safe.</summary>
internal sealed class PreloaderProcess
{
    private const string Prefix = "proxygroups: ";
    private const string Importing = "importing ";
    private const int ImportFailed = 3;
    private const int NotSafe = 4;

    // Imports that take longer hang, or are better warmed up elsewhere: nobody's start waits so long for them.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource<PreloadFault?> _verdict = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WorkerProcess _process;

    private PreloaderProcess(LaunchSpec spec, PreloadHost host)
    {
        Control = host.Directory.SocketPath(spec.Worker.Id);
        _process = WorkerProcess.Start(spec, host.Launcher, host.Directory, host.Logs, host.Logger, host.Time, Hear);
        _ = LimitAsync(host.Time);
    }

    /// <summary>Null once it may be forked; else why not. It never fails.</summary>
    public Task<PreloadFault?> Verdict => _verdict.Task;

    /// <summary>Completes when it is gone.</summary>
    public Task Ended => _process.Completion;

    /// <summary>Path of its control socket.</summary>
    public string Control { get; }

    public int Pid => _process.Pid ?? 0;

    /// <param name="forked">A worker that is to be forked from it: it runs as that one's user, with its rights.</param>
    public static PreloaderProcess Start(LaunchSpec forked, int id, int generation, PreloadHost host)
    {
        var preload = forked.Preload!;
        var environment = new Dictionary<string, string>(preload.Environment)
        {
            ["PROXYGROUPS_PRELOAD"] = string.Join(' ', preload.Modules),
            ["PROXYGROUPS_SOCKET"] = host.Directory.SocketPath(id),
        };
        var spec = new LaunchSpec
        {
            Worker = new(string.Create(CultureInfo.InvariantCulture, $"preloader of {preload.ApplicationGroup}"), id, 0, generation),
            Command = preload.Command,
            Directory = "/",
            Environment = environment,
            // Its control socket is no worker's: it is not asked whether it speaks HTTP.
            Endpoint = WorkerEndpoint.Nowhere,
            Readiness = new(Notify: true, Path: null),
            User = forked.User,
            Group = forked.Group,
            SupplementaryGroups = forked.SupplementaryGroups,
            Capabilities = forked.Capabilities,
            NoNewPrivileges = forked.NoNewPrivileges,
            StackDumpSignal = null,
            IsForkParent = true,
        };
        return new(spec, host);
    }

    /// <summary>It forks no more, and ends when its last worker has.</summary>
    public void Retire() => _process.Stop();

    /// <summary>Its workers live on.</summary>
    public void Kill() => _process.Kill();

    private void Hear(WorkerEvent happened)
    {
        if (happened is WorkerEvent.Ready)
        {
            _verdict.TrySetResult(null);
        }
        else if (happened is WorkerEvent.StartFailed { Failure: { Step: SpawnStep.Prepare or SpawnStep.Launch } failure })
        {
            _verdict.TrySetResult(new($"its preloader does not start: {failure.Cause}", failure.Remedy));
        }
        else if (happened is WorkerEvent.Exited exited)
        {
            _verdict.TrySetResult(Describe(exited.Exit, exited.LastOutput));
        }
    }

    private async Task LimitAsync(TimeProvider time)
    {
        await Task.WhenAny(Verdict, Task.Delay(Patience, time));
        if (_verdict.TrySetResult(new($"{LastWords(_process.LastOutput)} has not ended after {Patience.TotalSeconds:0} s", "Take that module off Preload, or see why its import takes so long.", IsLasting: true)))
        {
            _process.DumpStacks();
            _process.Kill();
        }
    }

    private static PreloadFault Describe(WorkerExit exit, IReadOnlyList<string> output) => exit.Code switch
    {
        NotSafe => new($"{LastWords(output)}, and a process with that must not be forked", "Take that module off Preload, or keep it from doing so when imported.", IsLasting: true),
        ImportFailed => new(LastWords(output), "Correct Preload, or install the module for this interpreter.", IsLasting: true),
        _ when LastWords(output) is var words && words.StartsWith(Importing, StringComparison.Ordinal) => new($"{words} ended the preloader ({exit})", "Take that module off Preload.", IsLasting: true),
        _ => new($"its preloader ended ({exit})", "See its last output in the log."),
    };

    // What it said last of itself; the modules may say anything.
    private static string LastWords(IReadOnlyList<string> output) =>
        output.LastOrDefault(static line => line.StartsWith(Prefix, StringComparison.Ordinal)) is { } line ? line[Prefix.Length..] : "its start";
}
