using System.IO.Enumeration;
using ProxyGroups.Configuration;

namespace ProxyGroups.Groups;

/// <summary>
/// The files that Restart:Watch names, with their stamps. Only directory entries are looked at, nothing is opened; a link is an entry
/// like any other and leads nowhere, since the front door may be root and the app's user places links. The word "code" covers the
/// directories of several apps, wherever they lie.
/// </summary>
internal sealed class WatchedFiles(string directory, IReadOnlyList<string> patterns, params IReadOnlyList<string> apps)
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = true };

    private static readonly HashSet<string> Sources =
    [
        ".py", ".cs", ".fs", ".vb", ".cshtml", ".razor", ".csproj", ".fsproj", ".vbproj", ".props", ".targets",
        ".js", ".mjs", ".cjs", ".ts", ".rb", ".php", ".pl", ".go", ".java", ".ex", ".exs",
    ];

    private static readonly HashSet<string> NoSources = ["node_modules", "bin", "obj", "__pycache__", "venv", "site-packages"];

    /// <summary>By path. What cannot be seen is not there.</summary>
    public Dictionary<string, WriteStamp> Read()
    {
        var found = new Dictionary<string, WriteStamp>();
        foreach (var pattern in patterns)
        {
            if (pattern == RestartSettings.Code)
            {
                foreach (var folder in apps.Prepend(directory).Distinct())
                {
                    CollectSources(folder, found);
                }
            }
            else
            {
                Collect(directory, pattern.Split('/'), found);
            }
        }

        return found;
    }

    /// <summary>A path that is new, gone or written again; null: all is as before.</summary>
    public static string? FirstChange(Dictionary<string, WriteStamp> before, Dictionary<string, WriteStamp> after) =>
        after.FirstOrDefault(file => !before.TryGetValue(file.Key, out var stamp) || stamp != file.Value).Key
        ?? before.Keys.FirstOrDefault(path => !after.ContainsKey(path));

    private static void CollectSources(string folder, Dictionary<string, WriteStamp> found)
    {
        foreach (var entry in Entries(folder))
        {
            if (IsFolder(entry))
            {
                if (entry.Name[0] != '.' && !NoSources.Contains(entry.Name))
                {
                    CollectSources(entry.FullName, found);
                }
            }
            else if (Sources.Contains(entry.Extension))
            {
                Add(entry, found);
            }
        }
    }

    private static void Collect(string folder, ReadOnlySpan<string> parts, Dictionary<string, WriteStamp> found)
    {
        var name = parts[0];
        var rest = parts[1..];
        if (name == "**" && !rest.IsEmpty)
        {
            Collect(folder, rest, found);
        }

        foreach (var entry in name == "." ? [] : Entries(folder))
        {
            var isFolder = IsFolder(entry);
            if (name == "**")
            {
                if (isFolder)
                {
                    Collect(entry.FullName, parts, found);
                }
                else if (rest.IsEmpty)
                {
                    Add(entry, found);
                }
            }
            else if (isFolder != rest.IsEmpty && FileSystemName.MatchesSimpleExpression(name, entry.Name, ignoreCase: false))
            {
                if (isFolder)
                {
                    Collect(entry.FullName, rest, found);
                }
                else
                {
                    Add(entry, found);
                }
            }
        }

        if (name == "." && !rest.IsEmpty)
        {
            Collect(folder, rest, found);
        }
    }

    // A deploy may take folders away while we look.
    private static FileSystemInfo[] Entries(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).GetFileSystemInfos("*", Everything);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsFolder(FileSystemInfo entry) => entry is DirectoryInfo && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    private static void Add(FileSystemInfo entry, Dictionary<string, WriteStamp> found) =>
        found[entry.FullName] = new WriteStamp(entry.LastWriteTimeUtc.Ticks, entry is FileInfo { Exists: true } file ? file.Length : 0);
}
