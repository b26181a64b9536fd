using Microsoft.Extensions.Logging;

namespace ProxyGroups.Supervision;

/// <summary>
/// What a worker that hangs is doing: what its threads wait for is logged, and its stacks go into its output, printed by itself or by a
/// <see cref="StackTool"/>. Who ends the worker afterwards does it here, so that they have time to appear.
/// <para>Owned by <see cref="WorkerProcess"/>, disposed of when the worker is gone. Any thread may call it.</para>
/// </summary>
internal sealed class WorkerStacks(LaunchSpec spec, ILauncher launcher, WorkerOutput output, ILogger logger, TimeProvider time) : IAsyncDisposable
{
    /// <summary>How long a worker that was asked for its stacks may print them before it is ended.</summary>
    public static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a stop waits for a program that shows them: a worker whose only request hangs is replaced at once.</summary>
    public static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(5);

    /// <summary>And a kill: a stop has to be over one second after Timeouts:Stop.</summary>
    public static readonly TimeSpan LastLook = TimeSpan.FromMilliseconds(700);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _gone = new();
    private volatile Task _shown = Task.CompletedTask;
    private bool _isGone;

    /// <summary>Logs what its threads wait for, and has its stacks shown; false if there is no way to.</summary>
    public bool Show(ILaunchedProcess process)
    {
        LogWaits(process);
        lock (_gate)
        {
            if (!_isGone)
            {
                Ask(process);
            }
        }

        return !_shown.IsCompleted;
    }

    /// <summary>Asks the worker politely to end, as soon as its stacks have appeared that were asked for.</summary>
    public void Stop(ILaunchedProcess process) => _ = AfterAsync(process, LongestLook, process.Stop);

    /// <summary>Ends the worker and everything it started: at once, or as soon as its stacks had time to appear that were asked for.</summary>
    public void Kill(ILaunchedProcess process) => _ = AfterAsync(process, LastLook, process.KillTree);

    /// <summary>Completes when nothing writes into the worker's output any more.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isGone = true;
        }

        await _gone.CancelAsync();
        await _shown.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _gone.Dispose();
    }

    private void Ask(ILaunchedProcess process)
    {
        if (spec.StackDumpSignal is { } signal)
        {
            _shown = Task.Delay(LastWords, time, _gone.Token);
            process.Signal(signal);
        }
        else if (spec.StackTool is not null && _shown.IsCompleted)
        {
            var ending = _gone.Token;

            // The group waits for nobody while it decides.
            _shown = Task.Run(() => new StackTool(spec, launcher, output, logger, time).RunAsync(process.Pid, ending), CancellationToken.None);
        }
    }

    private async Task AfterAsync(ILaunchedProcess process, TimeSpan longest, Action end)
    {
        if (_shown is { IsCompleted: false } shown)
        {
            await Task.WhenAny(process.Exited, shown, Task.Delay(longest, time));
        }

        end();
    }

    private void LogWaits(ILaunchedProcess process)
    {
        if (process.DescribeWaits() is { Count: > 0 } waits)
        {
            WorkerLog.Waits(logger, spec.Worker.Group, spec.Worker.Rank, spec.Worker.Generation, process.Pid, string.Concat(waits.Select(static wait => Environment.NewLine + "    " + wait)));
        }
    }
}
