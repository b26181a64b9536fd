using ProxyGroups.Supervision;

namespace ProxyGroups.Runtimes;

/// <summary>How one process group's app is run, worked out once per generation.</summary>
internal interface IRuntime
{
    /// <summary>One word for banner and logs: wsgi, dotnet, command.</summary>
    string Kind { get; }

    /// <summary>What will run, and why where it was detected.</summary>
    string Description { get; }

    /// <summary>The program can only listen on a loopback port.</summary>
    bool NeedsPort { get; }

    /// <summary>A slot is a thread of the worker: a request that hangs keeps it, and the next one there would wait behind it.</summary>
    bool HasThreadPerSlot { get; }

    /// <summary>The worker never closes an idle connection, so that one may be used again at any age.</summary>
    bool KeepsIdleConnections { get; }

    /// <summary>The worker is told Threads at its start and sizes itself by it.</summary>
    bool SizesByThreads { get; }

    /// <summary>Its workers may be forked from one process, and share memory.</summary>
    bool CanShare { get; }

    /// <summary>
    /// Argument list that runs once per generation before the first worker, with the directory, user and environment
    /// of a worker's <see cref="LaunchSpec"/>; empty: none.
    /// </summary>
    IReadOnlyList<string> Preparation { get; }

    /// <summary>Absolute paths that the worker's user must be able to read, and to execute where they are programs.</summary>
    IReadOnlyList<string> RequiredPaths { get; }

    LaunchSpec CreateLaunchSpec(WorkerIdentity worker, WorkerEndpoint endpoint);
}
