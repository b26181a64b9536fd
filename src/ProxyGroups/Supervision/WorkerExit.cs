namespace ProxyGroups.Supervision;

/// <summary>How a process ended. <paramref name="Code"/> is 128+n where signal n ended it (.NET 10 cannot tell the two apart).</summary>
/// <param name="MemoryKill">How the kernel killed it, or something that it started, because memory ran out; null: it did not.</param>
internal readonly record struct WorkerExit(int Code, string? MemoryKill = null)
{
    /// <summary>There was no process.</summary>
    public static readonly WorkerExit NeverStarted = new(-1);

    /// <summary>Only its parent is told how a process ended, and the parent was gone.</summary>
    public static readonly WorkerExit Unknown = new(-2);

    public int? Signal => Code is > 128 and <= 192 ? Code - 128 : null;

    /// <summary>As an operator says it: <c>exit code 1</c>, <c>signal 9 (KILL)</c>.</summary>
    public override string ToString() => MemoryKill is null ? Words : Signal is 9 ? $"{Words}, {MemoryKill}" : $"{Words}, after a process that it had started was {MemoryKill}";

    private string Words => (Code, Signal) switch
    {
        (-1, _) => "never started",
        (-2, _) => "exit code unknown, since the preloader that it was forked from had ended before it",
        (_, null) => $"exit code {Code}",
        (_, { } signal) => NameOf(signal) is { } name ? $"signal {signal} ({name})" : $"signal {signal}",
    };

    // Numbers of signal(7) that are the same on every Linux that .NET runs on.
    private static string? NameOf(int signal) => signal switch
    {
        1 => "HUP",
        2 => "INT",
        3 => "QUIT",
        4 => "ILL",
        6 => "ABRT",
        7 => "BUS",
        8 => "FPE",
        9 => "KILL",
        11 => "SEGV",
        13 => "PIPE",
        14 => "ALRM",
        15 => "TERM",
        24 => "XCPU",
        _ => null,
    };
}
