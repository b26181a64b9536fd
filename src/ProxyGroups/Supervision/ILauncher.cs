namespace ProxyGroups.Supervision;

/// <summary>Turns a <see cref="LaunchSpec"/> into a process.</summary>
internal interface ILauncher
{
    /// <summary>Starts the process. Throws <see cref="LaunchException"/> with cause and remedy when it cannot.</summary>
    Task<ILaunchedProcess> LaunchAsync(LaunchSpec spec, IReadOnlyDictionary<string, string> addedEnvironment, CancellationToken cancellationToken);
}
