namespace ProxyGroups.Supervision;

/// <summary>A process could not be started; the message names the cause, <see cref="Remedy"/> what to do.</summary>
internal sealed class LaunchException(string message, string remedy, Exception? inner = null) : Exception(message, inner)
{
    public string Remedy { get; } = remedy;
}
