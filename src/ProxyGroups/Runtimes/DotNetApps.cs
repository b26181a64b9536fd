using System.Text.Json;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Runtimes;

/// <summary>Recognises ASP.NET Core apps, published ones before projects.</summary>
internal static class DotNetApps
{
    private const string Framework = "\"Microsoft.AspNetCore.App\"";

    private const string Suffix = ".runtimeconfig.json";

    public static DetectedApp? Published(string directory, ICollection<string> hints)
    {
        string[] apps = [.. Directory.EnumerateFiles(directory, "*" + Suffix).Where(IsWebApp).Select(DllOf).Where(File.Exists).Order(StringComparer.Ordinal)];
        return Only(apps, dll => $"{Path.GetFileNameWithoutExtension(dll)}{Suffix} asks for ASP.NET Core", hints);
    }

    public static DetectedApp? Project(string directory, ICollection<string> hints)
    {
        string[] projects = [.. DotNetProject.In(directory).Where(file => DotNetProject.Read(file).IsWebApp)];
        return Only(projects, project => $"{Path.GetFileName(project)} is a web project", hints);
    }

    private static DetectedApp? Only(string[] files, Func<string, string> reason, ICollection<string> hints)
    {
        if (files.Length > 1)
            hints.Add($"several .NET web apps: set \"DotNet\" to one of {string.Join(", ", files.Select(Path.GetFileName))}");
        return files.Length == 1 ? new(reason(files[0])) { DotNet = Path.GetFileName(files[0]) } : null;
    }

    private static bool IsWebApp(string runtimeConfig)
    {
        try
        {
            using var document = JsonDocument.Parse(GuardedFile.ReadAllText(runtimeConfig));
            return document.RootElement.GetRawText().Contains(Framework, StringComparison.Ordinal);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string DllOf(string runtimeConfig) => runtimeConfig[..^Suffix.Length] + ".dll";
}
