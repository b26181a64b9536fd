using ProxyGroups.Configuration;
using ProxyGroups.Runtimes;

namespace ProxyGroups.Hosting;

/// <summary>Looks for web apps in a directory, by the rules by which a process group recognises its own. Starts nothing.</summary>
public static class AppSearch
{
    private const string VariablesFile = ".env";

    // An app may lie in a folder of apps; deeper ones are parts of something else.
    private const int Depth = 2;

    private static readonly string[] NeverApps = ["node_modules", "bin", "obj", "venv", "__pycache__"];

    /// <summary>The app that the directory is, or else those below it.</summary>
    /// <param name="directory">Absolute path.</param>
    /// <returns>Sorted by path; empty: there is nothing that looks like an app.</returns>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static IReadOnlyList<FoundApp> Find(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return [.. Find(directory, directory, Depth).GroupBy(app => RealPath(directory, app.Directory))
            .Select(same => same.FirstOrDefault(app => Path.GetFullPath(app.Directory, RealPath(directory, ".")) == same.Key) ?? same.First())];
    }

    private static IReadOnlyList<FoundApp> Find(string root, string directory, int depth)
    {
        var detected = AppDetector.Look(directory, out var hints);
        if (detected.Length > 0)
        {
            return [Try(root, Path.GetRelativePath(root, directory), detected[0])];
        }

        IReadOnlyList<FoundApp> below = depth == 0 ? [] : [.. Below(directory).SelectMany(folder => FindBelow(root, folder, depth - 1))];
        return below.Count > 0 || hints.Count == 0 ? below : [new FoundApp(Path.GetRelativePath(root, directory), string.Join("; ", hints))];
    }

    // One folder that cannot be read must not hide all others.
    private static IReadOnlyList<FoundApp> FindBelow(string root, string directory, int depth)
    {
        try
        {
            return Find(root, directory, depth);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [new FoundApp(Path.GetRelativePath(root, directory), $"it cannot be read: {exception.Message}")];
        }
    }

    private static IEnumerable<string> Below(string directory) => Directory.EnumerateDirectories(directory)
        .Where(folder => Path.GetFileName(folder) is var name && !name.StartsWith('.') && !NeverApps.Contains(name) && !LeadsUp(directory, name))
        .Order(StringComparer.Ordinal);

    // A link to where it lies itself, or above: all is found again behind it.
    private static bool LeadsUp(string directory, string name) => $"{RealPath(directory, ".")}/".StartsWith($"{RealPath(directory, name).TrimEnd('/')}/", StringComparison.Ordinal);

    // What a link leads to is found once, where it lies if it is found there, too.
    private static string RealPath(string directory, string below) => below.Split('/').Aggregate(Follow(Path.GetFullPath(directory)), static (path, part) => Follow(Path.GetFullPath(part, path)));

    // A name that is no text cannot even be asked.
    private static string Follow(string path) => new DirectoryInfo(path) is { LinkTarget: not null } link
        ? Path.TrimEndingDirectorySeparator(link.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path)
        : path;

    private static FoundApp Try(string root, string directory, DetectedApp app)
    {
        var group = app.ApplyTo(new ProcessGroupSettings { Directory = directory });
        var withFile = group with { Worker = new WorkerSettings { EnvironmentFile = VariablesFile } };
        var hasFile = File.Exists(Path.Combine(root, directory, VariablesFile)) && Create(root, withFile, []) is not null;
        var errors = new List<SettingsError>();
        return Create(root, group, errors) is { } runtime
            ? new FoundApp(directory, app.Reason) { Setting = app.Setting, Kind = runtime.Kind, EnvironmentFile = hasFile ? VariablesFile : null }
            : new FoundApp(directory, $"{app.Reason}, but {string.Join("; ", errors.Select(static error => $"{error.Message}. {error.Remedy}"))}");
    }

    private static IRuntime? Create(string root, ProcessGroupSettings group, List<SettingsError> errors) =>
        RuntimeFactory.Create("app", group, new RuntimeHost(root, PythonPackage.Source), errors);
}
