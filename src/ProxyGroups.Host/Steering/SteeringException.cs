namespace ProxyGroups.Host.Steering;

/// <summary>Why no answer came from a front door, with the remedy.</summary>
/// <param name="exitCode">How the command ends.</param>
/// <param name="message">For the person.</param>
internal sealed class SteeringException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
