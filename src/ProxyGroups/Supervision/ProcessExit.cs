using System.Diagnostics;

namespace ProxyGroups.Supervision;

/// <summary>
/// The exit of a process as a task. By the Exited event, because WaitForExitAsync also waits for the end of the output
/// pipes, which a grandchild may hold open.
/// </summary>
internal static class ProcessExit
{
    /// <summary>Of a process that runs, or is about to be started.</summary>
    public static Task<WorkerExit> Of(Process process)
    {
        var completion = new TaskCompletionSource<WorkerExit>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Exited += (_, _) => completion.TrySetResult(new(process.ExitCode));
        process.EnableRaisingEvents = true;
        return completion.Task;
    }
}
