namespace ProxyGroups.Benchmarks.Comparisons;

/// <summary>A temporary folder that everybody may look into: Apache's daemons run as www-data.</summary>
internal static class OpenFolder
{
    public static string Create(string prefix)
    {
        var folder = Directory.CreateTempSubdirectory(prefix).FullName;
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | Others);
        }

        return folder;
    }
}
