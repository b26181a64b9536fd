using System.Globalization;
using Microsoft.Extensions.Logging;

namespace ProxyGroups.Supervision;

/// <summary>
/// Lets a program show what a worker does that hangs. It runs as the worker does, as its user, with its limits and variables, and has an end:
/// of what it reads of the worker, who may be hostile, nothing reaches the front door but lines of output.
/// </summary>
internal sealed class StackTool(LaunchSpec spec, ILauncher launcher, WorkerOutput output, ILogger logger, TimeProvider time)
{
    /// <summary>What stands for the worker in the command.</summary>
    public const string Pid = "{pid}";

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    // A stranger may hold the pipe for ever.
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Completes when it has ended; never fails.</summary>
    /// <param name="ending">Ends it at once.</param>
    public async Task RunAsync(int pid, CancellationToken ending)
    {
        try
        {
            // No mark of the worker's: what bears it is killed as the worker's.
            using var tool = await launcher.LaunchAsync(SpecFor(pid), new Dictionary<string, string>(), ending);
            await ReadAsync(tool, pid, ending);
        }
        catch (OperationCanceledException)
        {
            // The worker is gone, and nobody asks any more.
        }
#pragma warning disable CA1031 // It only helps to find out why; whatever is wrong with it, the worker is dealt with as without.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            WorkerLog.StackToolFailed(logger, spec.Worker.Group, spec.Worker.Rank, spec.Worker.Generation, pid, spec.StackTool![0], failure.Message);
        }
    }

    private async Task ReadAsync(ILaunchedProcess tool, int pid, CancellationToken ending)
    {
        using var reading = new CancellationTokenSource();
        var relay = output.RelayOnce(tool, reading.Token, of: pid);
        try
        {
            await tool.Exited.WaitAsync(Longest, time, ending);
        }
        finally
        {
            tool.KillTree();
            // What still runs would keep its cgroup, and be nobody's to reap.
            await Task.WhenAny(Task.WhenAll(tool.WhenGoneAsync(), tool.Exited, relay.Completion), Task.Delay(FlushTimeout, time, CancellationToken.None));
            await reading.CancelAsync();
        }
    }

    // In the worker's cgroup it would be killed with the worker, and the worker with it.
    private LaunchSpec SpecFor(int pid) => spec with
    {
        Command = [.. spec.StackTool!.Select(word => word.Replace(Pid, pid.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))],
        Cgroup = spec.Cgroup is { } cgroup ? cgroup + "-stacks" : null,
        Preload = null,
        Sharing = null,
    };
}
