namespace ProxyGroups.EndToEndTests.Kit;

/// <summary>The apps that the tests run: real ones in the folder Apps, and the commands of the misbehaving ones.</summary>
internal static class TestApps
{
    /// <summary>Debian's interpreter: the one that has Debian's Flask and Django.</summary>
    public const string Python = "/usr/bin/python3";

    public static string Folder(string name) => Path.Combine(FrontDoorProcess.Root, "tests", "ProxyGroups.EndToEndTests", "Apps", name);

    /// <summary>A worker below HTTP: it shows and sends the very bytes (Apps/raw_worker.py).</summary>
    public static string[] RawWorker { get; } = [Python, Folder("raw_worker.py"), "{socket}"];

    /// <summary>The worker that misbehaves by path or from its start (tests/TestWorker).</summary>
    public static string[] TestWorker(params string[] verbs)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var path = Path.Combine(FrontDoorProcess.Root, "tests", "TestWorker", "bin", output.Parent!.Name, output.Name, "TestWorker.dll");
        return ["dotnet", path, "--socket", "{socket}", .. verbs];
    }

    /// <summary>Lets workers of other users into a folder.</summary>
    public static void LetOthersIn(string folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }
    }

    /// <summary>A copy that the test may change.</summary>
    public static string Copy(string name, string into)
    {
        var target = Path.Combine(into, name);
        foreach (var file in Directory.EnumerateFiles(Folder(name), "*", SearchOption.AllDirectories).Where(static file => !file.Contains("__pycache__", StringComparison.Ordinal)))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(Folder(name), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return target;
    }
}
