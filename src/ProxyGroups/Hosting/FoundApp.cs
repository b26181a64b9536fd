namespace ProxyGroups.Hosting;

/// <summary>A directory that holds a web app, or what looks like one.</summary>
/// <param name="Directory">Path from the directory that was searched; ".": that one.</param>
/// <param name="Reason">What shows it, or why it cannot be run as it is.</param>
public sealed record FoundApp(string Directory, string Reason)
{
    /// <summary>The setting of a process group that names the app, as it stands in a settings file; null: it cannot be run as it is.</summary>
    public string? Setting { get; init; }

    /// <summary>How it is run: "wsgi", "dotnet" or "command"; empty where it cannot be.</summary>
    public string Kind { get; init; } = "";

    /// <summary>File of variables beside the app, which Worker:EnvironmentFile can name; null: none that can be used.</summary>
    public string? EnvironmentFile { get; init; }
}
