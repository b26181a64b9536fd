namespace ProxyGroups.Runtimes;

/// <summary>The interpreter that a group's workers run in, and the virtualenv it belongs to.</summary>
internal sealed record PythonInterpreter(string Path, string? VirtualEnv)
{
    private const string DebianPython = "/usr/bin/python3";

    private const string VirtualEnvRemedy = "Make it anew with \"python3 -m venv\", or set \"Python\" to an interpreter.";

    private static readonly string[] VirtualEnvs = ["venv", ".venv"];

    private static readonly string[] Interpreters = ["bin/python", "bin/python3"];

    /// <summary>Null where an error was reported.</summary>
    public static PythonInterpreter? Find(RuntimeRequest request, string searchPath) =>
        request.Settings.Python is { } named ? Named(request, named, searchPath) : Default(request, searchPath);

    /// <summary>What a virtualenv's <c>activate</c> does, so that programs which the app starts are the virtualenv's too.</summary>
    public void Activate(Dictionary<string, string> environment)
    {
        if (VirtualEnv is null)
            return;
        environment["VIRTUAL_ENV"] = VirtualEnv;
        environment["PATH"] = $"{System.IO.Path.Combine(VirtualEnv, "bin")}:{environment["PATH"]}";
    }

    private static PythonInterpreter? Named(RuntimeRequest request, string named, string searchPath)
    {
        var path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(named, request.Directory));
        if (Directory.Exists(path))
            return InVirtualEnv(path) ?? Refuse(request, $"{path} has no bin/python that can be run", VirtualEnvRemedy);
        if (ProgramLookup.Find(named, searchPath, request.Directory) is { } found)
            return new(found, VirtualEnvOf(found));
        return ProgramLookup.IsPath(named)
            ? Refuse(request, $"{path} is neither a program nor a virtualenv", "Correct the path; relative paths start at the app's directory.")
            : Refuse(request, $"there is no virtualenv {path} and no program {named} on PATH ({searchPath})", "Install it, or give the path of an interpreter or a virtualenv.");
    }

    private static PythonInterpreter? Default(RuntimeRequest request, string searchPath)
    {
        var own = VirtualEnvs.Select(name => System.IO.Path.Combine(request.Directory, name)).FirstOrDefault(IsVirtualEnv);
        if (own is not null)
            return InVirtualEnv(own) ?? Refuse(request, $"{own} has no bin/python that can be run", VirtualEnvRemedy);
        var found = ProgramLookup.Find("python3", searchPath, request.Directory) ?? ProgramLookup.Executable(DebianPython);
        return found is not null
            ? new(found, VirtualEnvOf(found))
            : Refuse(request, $"no Python was found: no venv or .venv in {request.Directory}, no python3 on PATH ({searchPath}), no {DebianPython}",
                "Install the package python3 (Debian: apt install python3), or set \"Python\" to an interpreter or a virtualenv.");
    }

    private static PythonInterpreter? InVirtualEnv(string directory) =>
        Interpreters
            .Select(name => ProgramLookup.Executable(System.IO.Path.Combine(directory, name)))
            .Where(path => path is not null)
            .Select(path => new PythonInterpreter(path!, directory))
            .FirstOrDefault();

    private static string? VirtualEnvOf(string interpreter) =>
        System.IO.Path.GetFullPath("../..", interpreter) is var directory && IsVirtualEnv(directory) ? directory : null;

    private static bool IsVirtualEnv(string directory) => File.Exists(System.IO.Path.Combine(directory, "pyvenv.cfg"));

    private static PythonInterpreter? Refuse(RuntimeRequest request, string message, string remedy)
    {
        request.Report("Python", request.Settings.Python, message, remedy);
        return null;
    }
}
