namespace ProxyGroups.Supervision;

/// <summary>A file that a preloader has imported is another one by now.</summary>
internal sealed class StaleCodeException(string path) : Exception($"{path} has changed")
{
    public string Path { get; } = path;
}
