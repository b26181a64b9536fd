namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// Variables by which a program is made to load code or read files of somebody's choice before it does anything of its own: those
/// that glibc takes from setuid programs (ld.so(8), secure-execution mode). The app's user may write them into its environment
/// file, so the tools that run as root before the worker does must not see them.
/// </summary>
internal static class LoaderVariables
{
    private const string OfTheLoader = "LD_";

    private static readonly HashSet<string> OfTheLibrary =
    [
        "GCONV_PATH", "GETCONF_DIR", "GLIBC_TUNABLES", "HOSTALIASES", "LOCALDOMAIN", "LOCPATH", "MALLOC_TRACE", "NIS_PATH", "NLSPATH", "RESOLV_HOST_CONF", "RES_OPTIONS", "TZDIR",
    ];

    public static bool Includes(string name) => name.StartsWith(OfTheLoader, StringComparison.Ordinal) || OfTheLibrary.Contains(name);

    /// <summary>Takes them out.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> TakeFrom(Dictionary<string, string> environment)
    {
        var taken = environment.Where(static variable => Includes(variable.Key)).ToList();
        taken.ForEach(variable => environment.Remove(variable.Key));
        return taken;
    }
}
