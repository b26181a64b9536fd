namespace ProxyGroups.Runtimes;

/// <summary>What the setting DotNet leads to: a built dll, or a project and the dll it will be built to.</summary>
/// <param name="Directory">Working directory, which ASP.NET Core takes as the content root.</param>
internal sealed record DotNetApp(string Dll, string Directory, string? Project)
{
    /// <summary>Null where an error was reported.</summary>
    public static DotNetApp? Find(RuntimeRequest request)
    {
        var path = Path.GetFullPath(request.Settings.DotNet!, request.Directory);
        return System.IO.Directory.Exists(path) ? OnlyProject(request, path) : FromFile(request, path);
    }

    private static DotNetApp? OnlyProject(RuntimeRequest request, string directory)
    {
        string[] projects = [.. DotNetProject.In(directory)];
        return projects.Length == 1
            ? FromFile(request, projects[0])
            : Refuse(request, projects.Length == 0
                ? $"{directory} holds no project"
                : $"{directory} holds several projects: {string.Join(", ", projects.Select(Path.GetFileName))}",
                "Name the .csproj or the .dll itself.");
    }

    private static DotNetApp? FromFile(RuntimeRequest request, string file)
    {
        if (!File.Exists(file))
            return Refuse(request, $"there is no file {file}", "Correct the path; relative paths start at the app's directory.");
        if (DotNetProject.IsProject(file))
            return FromProject(request, file);
        return Path.GetExtension(file) == ".dll" ? FromDll(request, file)
            : Refuse(request, $"{file} is neither a project nor a dll", "Name a .csproj or a .dll; a program of its own runs by \"Command\".");
    }

    private static DotNetApp? FromDll(RuntimeRequest request, string dll)
    {
        var settings = Path.ChangeExtension(dll, ".runtimeconfig.json");
        return File.Exists(settings)
            ? new(dll, Path.GetDirectoryName(dll)!, null)
            : Refuse(request, $"{dll} is a library: {Path.GetFileName(settings)} is not beside it", "Name the dll of the app itself, as \"dotnet publish\" makes it.");
    }

    private static DotNetApp? FromProject(RuntimeRequest request, string file)
    {
        var project = DotNetProject.Read(file);
        if (project.Fault is { } fault)
            return Refuse(request, $"{file} {fault}", "Publish it with \"dotnet publish\", and name the dll.");
        return new(project.Output, Path.GetDirectoryName(file)!, file);
    }

    private static DotNetApp? Refuse(RuntimeRequest request, string message, string remedy)
    {
        request.Report("DotNet", request.Settings.DotNet, message, remedy);
        return null;
    }
}
