namespace ProxyGroups.Hosting;

/// <summary>Where the Python side lies beside our own assembly. Workers use a copy that their users can read.</summary>
internal static class PythonPackage
{
    public static string Source => Path.Combine(AppContext.BaseDirectory, "Runtimes", "Python", "proxygroups");
}
