namespace ProxyGroups.Supervision;

/// <summary>Words for a start that failed: cause by the step it is stuck in, remedy by what the program said and where it listens.</summary>
internal static class StartupDiagnosis
{
    private const int NotExecutable = 126;
    private const int NotFound = 127;

    public static SpawnFailure Exited(WorkerExit exit, SpawnStep step, IReadOnlyList<string> lastOutput, TimeSpan elapsed)
    {
        var otherwise = exit switch
        {
            { Code: NotFound } => "A command that the program starts was not found: see its last output, and PATH in the group's Environment.",
            { Code: NotExecutable } => "A command that the program starts is not executable: see its last output.",
            { MemoryKill: not null } => "Raise Group:Memory, or let the app load less before it is ready.",
            { Signal: 9 } => "Something killed it, most likely for want of memory: see the kernel's log (dmesg) and the group's Memory.",
            { Signal: 24 } => "It used up its CPU time: raise Worker:CpuSeconds.",
            { Code: 0 } => "It ended without an error. A program that puts itself into the background must stay in the foreground (often --no-daemon).",
            _ => "See its last output; the same command, run by hand in the group's Directory, shows the whole of it.",
        };
        return new(step, $"It exited before it was ready: {exit}.", lastOutput, StartupRemedy.For(lastOutput, otherwise), elapsed);
    }

    /// <param name="stacksFollow">The worker was asked for its stacks: it runs our package, which says READY=1 as soon as the app is imported.</param>
    public static SpawnFailure TimedOut(WorkerEndpoint expected, IReadOnlyList<WorkerEndpoint>? listeners, SpawnStep step, HttpCheckResult? check, IReadOnlyList<string> lastOutput, TimeSpan elapsed, bool stacksFollow = false)
    {
        var (cause, otherwise) = (step, check?.Outcome) switch
        {
            (SpawnStep.Prepare or SpawnStep.Launch, _) => ("The process has not been created yet.", "The machine may be overloaded: raise Timeouts:Startup, or start fewer workers at once."),
            (SpawnStep.Notify, _) when stacksFollow => ("It has not said READY=1 on NOTIFY_SOCKET.", "The app's import does not end; its stacks follow in the output: look at what the module does at import time, or raise Timeouts:Startup."),
            (SpawnStep.Notify, _) => ("It has not said READY=1 on NOTIFY_SOCKET.", "Set Readiness:Notify to false if the program does not speak sd_notify; else raise Timeouts:Startup."),
            (SpawnStep.Settle, _) => ("It has not stayed long enough yet.", "The machine may be overloaded: raise Timeouts:Startup."),
            (_, null or HttpCheckOutcome.NotListening) => NotListening(expected, listeners),
            (_, HttpCheckOutcome.ServerError) => ($"The readiness check fails: {check.Value.Detail}.", "See its last output, or name a path that works without the app's dependencies in Readiness:Path."),
            (_, HttpCheckOutcome.NotHttp) => ($"The readiness check fails: {check.Value.Detail}.", "The program must speak HTTP/1.1 on its socket (not FastCGI, uwsgi or TLS)."),
            (_, _) => ($"The readiness check fails: {check.Value.Detail}.", "See its last output; raise Timeouts:Startup if the first answer simply takes long."),
        };
        return new(step, $"It was not ready after {elapsed.TotalSeconds:0.0} s. {cause}", lastOutput, StartupRemedy.For(lastOutput, otherwise), elapsed);
    }

    public static SpawnFailure ForeignListener(string detail, IReadOnlyList<string> lastOutput, TimeSpan elapsed) =>
        new(SpawnStep.HttpCheck, $"Another process answers at the worker's address: {detail}.", lastOutput, "End that process, and let the program listen itself rather than hand its socket to another service.", elapsed);

    private static (string Cause, string Remedy) NotListening(WorkerEndpoint expected, IReadOnlyList<WorkerEndpoint>? listeners)
    {
        var wanted = Describe(expected);
        return listeners is { Count: > 0 }
            ? ($"It listens on {string.Join(" and ", listeners.Select(Describe))}, not on {wanted}.", $"Pass the given address to the program: it must listen on {wanted} (placeholders of Command: see the README).")
            : ($"Nothing listens on {wanted}.", "The program may be loading, or waiting for something: see its last output; raise Timeouts:Startup if it simply takes long.");
    }

    private static string Describe(WorkerEndpoint endpoint) => endpoint.SocketPath is { } path ? $"socket {path}" : $"port {endpoint.Port}";
}
