using System.Text.RegularExpressions;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Runtimes;

/// <summary>
/// Reads Worker:EnvironmentFile: one NAME=value a line; blank lines and those that begin with # are skipped, a pair of quotes
/// around a value is taken off. No value ever enters a message.
/// </summary>
internal static partial class EnvironmentFile
{
    private const string Remedy = "Correct Worker:EnvironmentFile; relative paths start at the group's Directory. A front door that is root wants the file itself, not a link to it, owned by root or the worker's user.";

    /// <summary>The variables of the group's file; none where there is no file in the settings.</summary>
    /// <exception cref="LaunchException">It cannot be read, or holds a line that is no variable.</exception>
    public static IReadOnlyDictionary<string, string> Read(RuntimeRequest request) =>
        request.Settings.Worker.EnvironmentFile is { } file ? Parse(file, ReadText(request, file)) : new Dictionary<string, string>();

    /// <summary>Reads it once at load, so that its faults show before a worker needs it.</summary>
    public static bool Check(RuntimeRequest request)
    {
        try
        {
            Read(request);
            return true;
        }
        catch (LaunchException fault)
        {
            request.Report("Worker:EnvironmentFile", request.Settings.Worker.EnvironmentFile, $"cannot be used: {fault.Message.TrimEnd('.')}", fault.Remedy);
            return false;
        }
    }

    internal static IReadOnlyDictionary<string, string> Parse(string file, string text)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (number, line) in text.Split('\n').Index())
        {
            if (line.Trim() is { Length: > 0 } entry && entry[0] != '#')
            {
                var (name, value) = Split(entry) ?? throw new LaunchException($"Line {number + 1} of '{file}' is no NAME=value", "Write one variable a line; begin comments with #.");
                if (ReservedNames.IsReserved(name, []))
                {
                    throw new LaunchException($"'{file}' sets {name}, which the front door sets for each worker", ReservedNames.Remedy(name));
                }

                variables[name] = value;
            }
        }

        return variables;
    }

    private static (string Name, string Value)? Split(string entry) =>
        Variable().Match(entry) is { Success: true } match ? (match.Groups["name"].Value, match.Groups["value"].Value) : null;

    private static string ReadText(RuntimeRequest request, string file)
    {
        try
        {
            return GuardedFile.ReadOwned(Path.GetFullPath(file, request.Directory), request.Settings.Worker.User);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException(fault.Message, Remedy, fault);
        }
    }

    [GeneratedRegex("""\A(?<name>[^=\s\0"']+)=(?:"(?<value>[^\0]*)"|'(?<value>[^\0]*)'|(?<value>[^\0]*))\z""")]
    private static partial Regex Variable();
}
