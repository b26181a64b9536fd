using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text.Json;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// Has one worker forked by a preloader. It gets by itself what a plain one gets from the exec chain (forked.py), and waits at its gate,
/// leader of its session, for what we set from outside: lifeline and cgroup.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class WorkerFork
{
    // A fork takes milliseconds; a preloader that takes so long stands still.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="PreloadException">The preloader cannot fork it; it is to be started plainly.</exception>
    /// <exception cref="StaleCodeException">The preloader's code is no longer that on disk.</exception>
    /// <exception cref="LaunchException">It cannot be started in either way.</exception>
    public static async Task<ILaunchedProcess> RunAsync(
        string control, int preloader, LaunchSpec spec, IReadOnlyDictionary<string, string> addedEnvironment, CancellationToken cancellationToken)
    {
        CheckNice(spec);
        var environment = WorkerEnvironment.Of(spec, addedEnvironment, WorkerAccount.Of(spec).User);
        var mark = environment.GetValueOrDefault(WorkerMark.Variable) ?? Guid.NewGuid().ToString("N");
        var order = JsonSerializer.SerializeToUtf8Bytes(new ForkOrder(environment, spec.Directory, spec.Umask, spec.Nice ?? 0, ResourceLimits.ForFork(spec), mark, spec.IsForkParent), ForkOrderJson.Default.ForkOrder);
        var cgroup = WorkerCgroup.Create(spec.Cgroup);
        var lifeline = new Lifeline();
        var pipes = new WorkerPipes();
        LinuxProcess process;
        try
        {
            var handle = await AskAsync(control, preloader, spec, order, pipes, lifeline, cancellationToken);
            process = new(handle, lifeline, new ProcessFamily(handle.Pid, mark, sessionOnly: spec.IsForkParent), cgroup);
        }
        catch
        {
            pipes.Dispose();
            lifeline.Dispose();
            cgroup?.Remove();
            throw;
        }

        await AdmitAsync(process, spec, pipes);
        return process;
    }

    private static async Task<ForkedProcess> AskAsync(string control, int preloader, LaunchSpec spec, byte[] order, WorkerPipes pipes, Lifeline lifeline, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        ForkConnection? connection = null;
        try
        {
            connection = await ForkConnection.OpenAsync(control, preloader, patience.Token);
            var (output, errors, gate) = pipes.Theirs;
            await connection.SendAsync(order, [output, errors, lifeline.ReadEnd, gate], patience.Token);
            pipes.CloseTheirs();
            return ForkedProcess.Open(ReadPid(await connection.ReadLineAsync(patience.Token), spec), preloader, pipes, connection);
        }
        catch (Exception exception)
        {
            connection?.Dispose();
            throw exception switch
            {
                OperationCanceledException when !cancellationToken.IsCancellationRequested => new PreloadException(new($"it did not fork within {Patience.TotalSeconds:0} s", "See what it waits for; a module may have changed os.fork or its signals.", IsLasting: true), isBroken: true),
                SocketException or IOException => new PreloadException(new($"it does not answer: {exception.Message}", "See the log for why it ended."), isBroken: true),
                _ => exception,
            };
        }
    }

    private static void CheckNice(LaunchSpec spec)
    {
        if (spec is { Nice: < 0, User: not null })
        {
            throw new PreloadException(new($"only root may have a Nice of {spec.Nice}, and the preloader is not root's", "Use a Nice of 0 and above, or accept that this group shares no memory."));
        }
    }

    // Names of files and threads are in it, which the app chooses.
    private static int ReadPid(string? answer, LaunchSpec spec) => answer is null ? throw Ended() : PlainText.Of(answer).Split(' ', 2) switch
    {
        ["pid", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) => pid,
        ["stale", var path] => throw new StaleCodeException(path),
        ["unsafe", var what] => throw new PreloadException(new($"it has {what} by now, and a process with that must not be forked", PreloadRemedy.ForUnsafe(spec.Preload!, what), IsLasting: true), isBroken: true),
        ["refused", var reason] => throw new PreloadException(new($"it refuses: {reason}", "See whether the machine is out of memory or processes.")),
        _ => throw Ended(),
    };

    private static PreloadException Ended() => new(new("it ended before it forked", "See the log for why it ended."));

    private static async Task AdmitAsync(LinuxProcess process, LaunchSpec spec, WorkerPipes pipes)
    {
        try
        {
            await process.WhenGroupLeaderAsync();
            process.EnterCgroup();
            if (process.Exited.IsCompleted)
            {
                // Until then it was in its preloader's cgroup, and was killed with that.
                throw new PreloadException(PreloadFault.EndedAtOnce);
            }

            pipes.OpenGate();
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }
}
