using System.Globalization;
using System.Runtime.Versioning;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// The command line that puts a worker into its own session with its limits and rights. Each tool replaces itself with
/// the next, so the process that we start is the worker and keeps its pid. Tools are found once, at start.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class ExecChain
{
    private const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private readonly Dictionary<string, string> _tools;

    private ExecChain(Dictionary<string, string> tools) => _tools = tools;

    /// <exception cref="LaunchException">A tool is missing; the remedy names the package.</exception>
    public static ExecChain Locate() => Locate(SearchPath);

    internal static ExecChain Locate(string searchPath)
    {
        Dictionary<string, string> tools = [];
        foreach (var (tool, package) in new[] { ("env", "coreutils"), ("nice", "coreutils"), ("setsid", "util-linux"), ("prlimit", "util-linux"), ("setpriv", "util-linux") })
        {
            tools[tool] = ProgramPath.Find(tool, searchPath)
                ?? throw new LaunchException($"The tool '{tool}' is missing on this machine.", $"Install the package '{package}' (Debian: apt install {package}), or choose the plain launcher.");
        }

        return new(tools);
    }

    /// <summary>The tool that holds a worker at its gate; null where it is missing.</summary>
    public static string? FindGate() => ProgramPath.Find("flock", SearchPath);

    /// <summary>
    /// The whole command line for a worker; <paramref name="program"/> is the resolved path of its first word, <paramref name="late"/> the variables
    /// that only it may get, <paramref name="gate"/> see <see cref="Lifeline.CloseGate"/>.
    /// </summary>
    public IReadOnlyList<string> For(LaunchSpec spec, string program, WorkerAccount account, IEnumerable<KeyValuePair<string, string>> late, string? gate = null) =>
    [
        // First of all, since the process group is what our death kills.
        _tools["setsid"],
        // Holds the process until it is in its cgroup.
        .. gate is null ? [] : (string[])[FindGate()!, "--shared", "--no-fork", gate],
        // Both before the user changes: raising either needs root.
        .. spec.Nice is { } nice ? (string[])[_tools["nice"], "-n", Text(nice)] : [],
        .. ResourceLimits.Of(spec) is { Count: > 0 } limits ? (string[])[_tools["prlimit"], .. limits, "--"] : [],
        // The signal in the same step as the user: a later change of user would clear it (PR_SET_PDEATHSIG(2const)).
        _tools["setpriv"],
        .. account.Arguments,
        .. spec.Capabilities is { } kept ? (string[])["--bounding-set=" + string.Join(',', kept.Select(static name => "+" + name).Prepend("-all"))] : [],
        .. spec.NoNewPrivileges ? (string[])["--no-new-privs"] : [],
        "--pdeathsig=KILL", "--",
        // .NET leaves SIGPIPE ignored in its children. The directory by the user's own rights: root would be let in where the user is not.
        _tools["env"], "--default-signal=PIPE", "--chdir=" + spec.Directory,
        .. late.Select(static variable => $"{variable.Key}={variable.Value}"),
        // To env(1) a word with an equals sign is a variable.
        .. program.Contains('=', StringComparison.Ordinal) ? (string[])[_tools["nice"], "-n", "0"] : [],
        program, .. spec.Command.Skip(1),
    ];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
