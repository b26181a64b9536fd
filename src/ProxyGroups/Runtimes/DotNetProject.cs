using System.Xml;
using System.Xml.Linq;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Runtimes;

/// <summary>What can be known of a project file without MSBuild.</summary>
internal sealed record DotNetProject(string File, bool IsWebApp, string AssemblyName, string? Fault)
{
    private static readonly string[] Extensions = [".csproj", ".fsproj", ".vbproj"];

    public static bool IsProject(string file) => Extensions.Contains(Path.GetExtension(file));

    public static IEnumerable<string> In(string directory) =>
        Directory.EnumerateFiles(directory).Where(IsProject).Order(StringComparer.Ordinal);

    /// <summary>
    /// The dll that the build makes. In a folder of our own, which fixes its place whatever the target framework and shared
    /// props say; one folder per state of the sources, since MSBuild writes over a dll in place, and running workers have it mapped.
    /// Under obj, which no project takes its sources from.
    /// </summary>
    public string Output => Path.Combine(
        Path.GetDirectoryName(File)!, "obj", "proxygroups", SourceStamp.Of(File), AssemblyName + ".dll");

    public static DotNetProject Read(string file)
    {
        try
        {
            var root = XDocument.Parse(GuardedFile.ReadAllText(file)).Root!;
            var name = Property(root, "AssemblyName")?.Replace("$(MSBuildProjectName)", Path.GetFileNameWithoutExtension(file), StringComparison.Ordinal)
                ?? Path.GetFileNameWithoutExtension(file);
            return new DotNetProject(file, IsWeb(root), name, FaultOf(root, name));
        }
        catch (XmlException error)
        {
            return new DotNetProject(file, false, "", $"is no valid XML: {error.Message}");
        }
    }

    /// <summary>Absolute paths of the projects that this one is built with.</summary>
    public static IEnumerable<string> References(string file) =>
        XDocument.Parse(GuardedFile.ReadAllText(file)).Descendants()
            .Where(element => element.Name.LocalName == "ProjectReference")
            .Select(element => (string?)element.Attribute("Include"))
            .Where(path => path is not null && !path.Contains("$(", StringComparison.Ordinal))
            .Select(path => Path.GetFullPath(path!.Replace('\\', '/'), Path.GetDirectoryName(file)!))
            .Where(System.IO.File.Exists);

    private static bool IsWeb(XElement root) =>
        ((string?)root.Attribute("Sdk"))?.Split('/')[0] == "Microsoft.NET.Sdk.Web";

    private static string? FaultOf(XElement root, string assemblyName)
    {
        if (Property(root, "TargetFrameworks") is not null)
            return "builds for several target frameworks";
        return assemblyName.Contains("$(", StringComparison.Ordinal) ? $"has the computed assembly name {assemblyName}" : null;
    }

    private static string? Property(XElement root, string name) =>
        root.Descendants().LastOrDefault(element => element.Name.LocalName == name)?.Value.Trim();
}
