using System.Globalization;

namespace ProxyGroups.Configuration;

/// <summary>What settings are held against on this machine; read anew for each load, because machines change.</summary>
internal sealed record MachineFacts
{
    private const int LimitNameWidth = 26;
    private const int SysResource = 24;

    public required string ContentRoot { get; init; }

    public required bool IsLinux { get; init; }

    public required bool IsRoot { get; init; }

    /// <summary>The front door's own user: asking for it needs no root.</summary>
    public required string UserName { get; init; }

    /// <summary>Names in /etc/passwd.</summary>
    public required IReadOnlySet<string> Users { get; init; }

    /// <summary>Names in /etc/group.</summary>
    public required IReadOnlySet<string> Groups { get; init; }

    /// <summary>The front door's own hard limits, by the names of proc_pid_limits(5); one that is not there is no limit.</summary>
    public required IReadOnlyDictionary<string, long> HardLimits { get; init; }

    /// <summary>CAP_SYS_RESOURCE: hard limits may be exceeded. Root has it, but in many containers.</summary>
    public required bool MayRaiseLimits { get; init; }

    /// <summary>unshare(2) is allowed, without which no worker can have an umask of its own.</summary>
    public bool MaySetUmask { get; init; } = true;

    public CgroupFacts Cgroup { get; init; } = CgroupFacts.None;

    public required Func<string, bool> DirectoryExists { get; init; }

    /// <summary>Whether a program can be found on PATH.</summary>
    public required Func<string, bool> ProgramExists { get; init; }

    public static MachineFacts Read(string contentRoot) => new()
    {
        ContentRoot = Path.GetFullPath(contentRoot),
        IsLinux = OperatingSystem.IsLinux(),
        IsRoot = Environment.IsPrivilegedProcess,
        UserName = Environment.UserName,
        Users = FirstFields("/etc/passwd"),
        Groups = FirstFields("/etc/group"),
        HardLimits = ReadHardLimits(ReadLines("/proc/self/limits")),
        MayRaiseLimits = HasCapability(ReadLines("/proc/self/status"), SysResource),
        DirectoryExists = Directory.Exists,
        ProgramExists = IsOnPath,
    };

    /// <summary>Columns are aligned by blanks: name, soft limit, hard limit, unit; see proc_pid_limits(5).</summary>
    internal static IReadOnlyDictionary<string, long> ReadHardLimits(IEnumerable<string> limits) => limits
        .Where(line => line.Length > LimitNameWidth)
        .Select(line => (Name: line[..LimitNameWidth].Trim(), Columns: line[LimitNameWidth..].Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        .Where(limit => limit.Columns.Length > 1 && long.TryParse(limit.Columns[1], NumberStyles.None, CultureInfo.InvariantCulture, out _))
        .ToDictionary(limit => limit.Name, limit => long.Parse(limit.Columns[1], CultureInfo.InvariantCulture));

    internal static bool HasCapability(IEnumerable<string> status, int number)
    {
        var effective = status.FirstOrDefault(line => line.StartsWith("CapEff:", StringComparison.Ordinal))?["CapEff:".Length..].Trim();
        return ulong.TryParse(effective, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var bits) && ((bits >> number) & 1) is 1;
    }

    private static HashSet<string> FirstFields(string path) => [.. ReadLines(path).Select(line => line.Split(':')[0])];

    private static string[] ReadLines(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];

    private static bool IsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(directory => File.Exists(Path.Combine(directory, program)));
}
