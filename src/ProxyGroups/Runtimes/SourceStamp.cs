using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;

namespace ProxyGroups.Runtimes;

/// <summary>A short name for the state of a .NET project's sources: the same until a source is written, added or removed.</summary>
internal static class SourceStamp
{
    private static readonly HashSet<string> Sources =
        [".cs", ".fs", ".vb", ".razor", ".cshtml", ".resx", ".csproj", ".fsproj", ".vbproj", ".props", ".targets"];

    private static readonly HashSet<string> BuildOutput = ["bin", "obj", "node_modules"];

    private static readonly string[] Shared = ["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"];

    public static string Of(string project)
    {
        var projects = new SortedSet<string>(StringComparer.Ordinal);
        Collect(project, projects);
        var files = projects.SelectMany(file => SourcesBelow(Path.GetDirectoryName(file)!)).Distinct().Order(StringComparer.Ordinal);
        return Hash(files.Concat(SharedProps(project)));
    }

    private static void Collect(string project, SortedSet<string> projects)
    {
        if (!projects.Add(project))
            return;
        foreach (var reference in References(project))
            Collect(reference, projects);
    }

    /// <summary>A referenced file that is no XML is MSBuild's to complain about.</summary>
    private static string[] References(string project)
    {
        try
        {
            return [.. DotNetProject.References(project)];
        }
        catch (XmlException)
        {
            return [];
        }
    }

    private static IEnumerable<string> SourcesBelow(string directory) =>
        Directory.EnumerateFiles(directory).Where(file => Sources.Contains(Path.GetExtension(file)))
            .Concat(Directory.EnumerateDirectories(directory).Where(IsSourceDirectory).SelectMany(SourcesBelow));

    private static bool IsSourceDirectory(string directory) =>
        Path.GetFileName(directory) is var name && name[0] != '.' && !BuildOutput.Contains(name)
        && new DirectoryInfo(directory).LinkTarget is null;

    /// <summary>MSBuild takes these from the folders above.</summary>
    private static IEnumerable<string> SharedProps(string project)
    {
        for (var directory = Path.GetDirectoryName(Path.GetDirectoryName(project)); directory is not null; directory = Path.GetDirectoryName(directory))
        {
            foreach (var file in Shared.Select(name => Path.Combine(directory, name)).Where(File.Exists))
                yield return file;
        }
    }

    private static string Hash(IEnumerable<string> files)
    {
        var lines = files.Select(file => string.Create(CultureInfo.InvariantCulture, $"{file}|{File.GetLastWriteTimeUtc(file).Ticks}\n"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))))[..12];
    }
}
