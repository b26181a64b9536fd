namespace ProxyGroups.Scheduling;

/// <summary>
/// Whether this process lets .NET run the code that a socket's answer is awaited by on the thread that waits for the sockets
/// (one per core) instead of the thread pool: <c>DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1</c>. Whoever sets it says that
/// nothing blocks there; then the next request in a queue may go on there too.
/// </summary>
internal static class InlineCompletions
{
    public static bool AreOn { get; } = Environment.GetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS") == "1";
}
