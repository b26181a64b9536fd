namespace ProxyGroups.Runtimes;

/// <summary>Finds a program as execvp(3) would, before anything is started.</summary>
internal static class ProgramLookup
{
    /// <summary>
    /// Absolute path of an executable file: names with a slash start at <paramref name="directory"/>, others are looked up
    /// on <paramref name="searchPath"/>. Null: there is none.
    /// </summary>
    public static string? Find(string name, string searchPath, string directory)
    {
        if (IsPath(name))
            return Executable(Path.GetFullPath(name, directory));
        return searchPath.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Executable(Path.GetFullPath(Path.Combine(folder, name), directory)))
            .FirstOrDefault(path => path is not null);
    }

    public static bool IsPath(string name) => name.Contains('/') || Path.IsPathRooted(name);

    public static string? Executable(string path)
    {
        if (OperatingSystem.IsWindows())
            return File.Exists(path) ? path : File.Exists(path + ".exe") ? path + ".exe" : null;
        return File.Exists(path) && (File.GetUnixFileMode(path) & AnyExecute) != 0 ? path : null;
    }

    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
}
