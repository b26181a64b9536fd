using System.Globalization;
using Microsoft.Extensions.Logging;
using ProxyGroups.Configuration;
using ProxyGroups.Runtimes;
using ProxyGroups.Supervision;

namespace ProxyGroups.Groups;

/// <summary>
/// What a generation needs once before its first worker, as the worker's user: the app is looked at anew, built where it has to be,
/// then the commands of Restart:Before run.
/// </summary>
internal sealed class GroupPreparation(ProcessGroup group, GroupHost host, ILogger logger, CancellationToken ending)
{
    // Long enough for any build or migration, and an end.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    // For the last words of what has ended; a stranger may hold the pipe for ever.
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(1);

    private readonly ProcessGroupSettings _settings = group.Settings;
    private OutputRelay? _output;

    /// <returns>Why it failed; null when it ended well, there was nothing to do, or the group stops or is stopped.</returns>
    public async Task<SpawnFailure?> RunAsync(int generation)
    {
        var started = host.Time.GetTimestamp();
        try
        {
            var runtime = FindRuntime();
            await BuildAsync(runtime, generation);
            foreach (var command in _settings.Restart.Before)
            {
                await RunAsync(runtime, command, generation);
            }

            return null;
        }
        catch (LaunchException failure)
        {
            return Failure(failure.Message, failure.Remedy, started);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return group.Stopping.IsCancellationRequested || group.State.Phase != GroupPhase.Running ? null
                : Failure("it was ended, since Restart:Before has changed", "nothing has to be done: the new steps run now", started);
        }
#pragma warning disable CA1031 // Whatever it is, the group has to hear of it: it prepares nothing else before that.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return Failure(failure.Message, "see whether the machine is out of descriptors or disk", started);
        }
    }

    // Whatever a deploy has changed counts: which app it is, where its interpreter lies, what is to be built.
    private IRuntime FindRuntime()
    {
        var errors = new List<SettingsError>();
        var runtime = RuntimeFactory.Create(group.Name, _settings, host.Runtimes, errors);
        if (runtime is null || errors.Count > 0)
        {
            throw new LaunchException($"{errors[0].Path} {errors[0].Message}", errors[0].Remedy);
        }

        group.Adopt(new GroupBlueprint(_settings, runtime));
        return runtime;
    }

    private async Task BuildAsync(IRuntime runtime, int generation)
    {
        if (runtime.Preparation.Count == 0)
        {
            return;
        }

        await host.Builds.WaitAsync(ending);
        try
        {
            await RunAsync(runtime, runtime.Preparation, generation);
        }
        finally
        {
            host.Builds.Release();
        }
    }

    private async Task RunAsync(IRuntime runtime, IReadOnlyList<string> command, int generation)
    {
        var line = string.Join(' ', command);
        logger.Preparing(group.Name, generation, line);
        // The group's first id is no worker's: a preparation serves nobody.
        var worker = new WorkerIdentity(group.Name, group.Number << ProcessGroup.WorkerIdBits, 0, generation);
        var endpoint = runtime.NeedsPort ? new WorkerEndpoint { Port = 0 } : new WorkerEndpoint { SocketPath = host.Directory.SocketPath(worker.Id) };
        var mark = new Dictionary<string, string> { [WorkerMark.Variable] = WorkerMark.Of(host.Directory.Mark, worker.Id) };
        var spec = runtime.CreateLaunchSpec(worker, endpoint) with { Command = command, Preload = null, Cgroup = host.CgroupOf(worker) };
        using var process = await host.Launcher.LaunchAsync(spec, mark, ending);
        using var output = new WorkerOutput(spec, host.Logs, host.Loggers.CreateLogger(WorkerLog.Category), host.Time);
        var exit = await WaitAsync(process, line, output);
        if (exit.Code != 0)
        {
            throw new LaunchException($"'{line}' ended with exit code {exit.Code.ToString(CultureInfo.InvariantCulture)}", "read its output, run it by hand in the app's directory");
        }
    }

    private async Task<WorkerExit> WaitAsync(ILaunchedProcess process, string line, WorkerOutput output)
    {
        using var reading = new CancellationTokenSource();
        _output = output.RelayOnce(process, reading.Token);
        try
        {
            return await process.Exited.WaitAsync(Longest, host.Time, ending);
        }
        catch (OperationCanceledException)
        {
            process.Stop();
            await Task.WhenAny(process.Exited, Task.Delay(_settings.Timeouts.Stop, host.Time));
            throw;
        }
        catch (TimeoutException)
        {
            throw new LaunchException($"'{line}' did not end within {Longest.TotalMinutes:0} minutes", "run it by hand in the app's directory; what takes so long belongs before the deploy");
        }
        finally
        {
            process.KillTree();
            await Task.WhenAny(_output.Completion, Task.Delay(FlushTimeout, host.Time));
            await reading.CancelAsync();
        }
    }

    private SpawnFailure Failure(string cause, string remedy, long started) =>
        new(SpawnStep.Prepare, cause, _output?.LastLines ?? [], remedy, host.Time.GetElapsedTime(started));
}
