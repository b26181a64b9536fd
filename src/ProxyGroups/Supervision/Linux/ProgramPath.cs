using System.Runtime.Versioning;
using System.Text;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// Finds the program of a command before the start, so that "not found" is told in words and not by exit code 127 of
/// some tool of the exec chain.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class ProgramPath
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // What the kernel reads of a script's first line (execve(2)).
    private const int InterpreterLineLength = 256;

    /// <summary>What a program gets if its environment names no PATH.</summary>
    public const string DefaultPath = "/usr/local/bin:/usr/bin:/bin";

    /// <summary>Absolute path of the program.</summary>
    /// <exception cref="LaunchException">There is none that could run.</exception>
    public static string Resolve(string program, string directory, string? path)
    {
        var found = program.Contains('/', StringComparison.Ordinal) ? Path.Combine(directory, program) : Find(program, path ?? DefaultPath);
        if (found is null)
        {
            throw new LaunchException($"Program '{program}' was not found on PATH ({path ?? DefaultPath}).", "Install it, name it by its full path, or extend PATH in the group's Environment.");
        }

        if (!File.Exists(found))
        {
            throw new LaunchException($"Program '{found}' does not exist.", "Correct the first word of the group's command; a relative path starts at the group's Directory.");
        }

        if (!IsExecutable(found))
        {
            throw new LaunchException($"Program '{found}' is not executable.", $"Run chmod +x '{found}', or name its interpreter first in the command.");
        }

        CheckInterpreter(found);
        return found;
    }

    /// <summary>The first executable file of this name on the path; null if there is none.</summary>
    public static string? Find(string program, string path) =>
        path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, program)).FirstOrDefault(IsExecutable);

    private static bool IsExecutable(string file) => File.Exists(file) && (File.GetUnixFileMode(file) & AnyExecute) is not 0;

    // A script whose interpreter is missing fails with the same "not found" as a missing script.
    private static void CheckInterpreter(string program)
    {
        if (ReadInterpreter(program) is { Length: > 0 } interpreter && !File.Exists(interpreter))
        {
            var remedy = interpreter.EndsWith('\r')
                ? "The file has Windows line endings: convert it (dos2unix)."
                : "Install the interpreter, or correct the script's first line; a moved virtual environment has to be made anew.";
            throw new LaunchException($"Script '{program}' asks for the interpreter '{interpreter.TrimEnd('\r')}', which cannot be found.", remedy);
        }
    }

    private static string? ReadInterpreter(string program)
    {
        try
        {
            var line = Encoding.UTF8.GetString(GuardedFile.ReadHead(program, InterpreterLineLength));
            return line.StartsWith("#!", StringComparison.Ordinal) ? line[2..].Split('\n')[0].TrimStart(' ', '\t').Split(' ', '\t')[0] : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A program may be executable without being readable, or lie behind a link that root does not follow: the kernel tells what is wrong then.
            return null;
        }
    }
}
