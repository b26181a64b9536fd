namespace ProxyGroups.Runtimes;

/// <summary>What runtimes need to know of the front door.</summary>
/// <param name="ContentRoot">Absolute; relative directories start here.</param>
/// <param name="PythonDirectory">Absolute path of the copied package <c>proxygroups</c>, readable by every worker's user.</param>
internal sealed record RuntimeHost(string ContentRoot, string PythonDirectory);
