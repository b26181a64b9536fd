namespace ProxyGroups.Host.Steering;

/// <summary>How commands that speak with a running front door end.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The front door said no, and why.</summary>
    public const int Refused = 1;

    /// <summary>The command line cannot be understood, or does not say which front door is meant.</summary>
    public const int WrongUse = 2;

    public const int NotRunning = 3;
}
