using System.Runtime.InteropServices;

namespace ProxyGroups.Runtimes;

/// <summary>What runtimes need to know of the front door.</summary>
/// <param name="ContentRoot">Absolute; relative directories start here.</param>
/// <param name="PythonDirectory">Absolute path of the copied package <c>proxygroups</c>, readable by every worker's user.</param>
internal sealed record RuntimeHost(string ContentRoot, string PythonDirectory)
{
    /// <summary>The front door's own variables.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = OwnEnvironment();

    /// <summary>The list of users (passwd(5)) that the home directories of workers' users are taken from.</summary>
    public string UserList { get; init; } = "/etc/passwd";

    /// <summary>The <c>dotnet</c> that this process itself was started with or belongs to.</summary>
    public string OwnDotNet { get; init; } = Path.GetFullPath("../../../dotnet", RuntimeEnvironment.GetRuntimeDirectory());

    private static Dictionary<string, string> OwnEnvironment()
    {
        var variables = System.Environment.GetEnvironmentVariables();
        return variables.Keys.Cast<string>().ToDictionary(name => name, name => (string?)variables[name] ?? "");
    }
}
