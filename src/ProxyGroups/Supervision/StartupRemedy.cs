using System.Text.RegularExpressions;

namespace ProxyGroups.Supervision;

/// <summary>
/// What to do about a start that failed, read from what the program said last. The patterns are messages of the common
/// runtimes; where none fits, the advice follows from the step.
/// </summary>
internal static partial class StartupRemedy
{
    private static readonly (Regex Sign, string Remedy)[] KnownSigns =
    [
        (PythonModule(), "Install the Python module '{0}' where the group's interpreter looks (Python: a virtual environment), or correct Directory."),
        (NodeModule(), "Node.js cannot find '{0}': run npm install in the group's Directory, or correct the path."),
        (AddressInUse(), "Another process listens on the address that the program chose: let it use the one that the front door gives."),
        (DotNetMissing(), "Install the .NET runtime that the app asks for, or publish it self-contained."),
        (NotFound(), "The command starts '{0}', which is not on the worker's PATH: install it, or extend PATH in the group's Environment."),
        (PermissionDenied(), "The worker's user may not use a file that it needs: check owner and mode, up to the root directory."),
        (OutOfMemory(), "The worker ran out of memory: raise the group's Memory, or lower Processes."),
    ];

    public static string For(IReadOnlyList<string> lastOutput, string otherwise)
    {
        // The last line is nearest to the cause.
        foreach (var line in lastOutput.Reverse())
        {
            foreach (var (sign, remedy) in KnownSigns)
            {
                if (sign.Match(line) is { Success: true } match)
                {
                    return remedy.Replace("{0}", match.Groups[1].Value, StringComparison.Ordinal);
                }
            }
        }

        return otherwise;
    }

    [GeneratedRegex(@"(?:ModuleNotFoundError|ImportError): No module named '?([\w.]+)'?")]
    private static partial Regex PythonModule();

    [GeneratedRegex(@"Cannot find (?:module|package) '([^']+)'")]
    private static partial Regex NodeModule();

    [GeneratedRegex(@"EADDRINUSE|[Aa]ddress already in use")]
    private static partial Regex AddressInUse();

    [GeneratedRegex(@"You must install or update \.NET")]
    private static partial Regex DotNetMissing();

    [GeneratedRegex(@"(?:^|[\s:'‘])([\w./-]+)['’]?: (?:command )?not found$")]
    private static partial Regex NotFound();

    [GeneratedRegex(@"EACCES|[Pp]ermission denied")]
    private static partial Regex PermissionDenied();

    [GeneratedRegex(@"^MemoryError|heap out of memory|OutOfMemoryException|Cannot allocate memory")]
    private static partial Regex OutOfMemory();
}
