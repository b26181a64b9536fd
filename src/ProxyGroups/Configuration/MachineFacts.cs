using System.Globalization;

namespace ProxyGroups.Configuration;

/// <summary>What settings are held against on this machine; read anew for each load, because machines change.</summary>
internal sealed record MachineFacts
{
    public required string ContentRoot { get; init; }

    public required bool IsLinux { get; init; }

    public required bool IsRoot { get; init; }

    /// <summary>The front door's own user: asking for it needs no root.</summary>
    public required string UserName { get; init; }

    /// <summary>Names in /etc/passwd.</summary>
    public required IReadOnlySet<string> Users { get; init; }

    /// <summary>Hard limit of open files; null: none.</summary>
    public required long? OpenFilesLimit { get; init; }

    public required Func<string, bool> DirectoryExists { get; init; }

    /// <summary>Whether a program can be found on PATH.</summary>
    public required Func<string, bool> ProgramExists { get; init; }

    public static MachineFacts Read(string contentRoot) => new()
    {
        ContentRoot = Path.GetFullPath(contentRoot),
        IsLinux = OperatingSystem.IsLinux(),
        IsRoot = Environment.IsPrivilegedProcess,
        UserName = Environment.UserName,
        Users = ReadLines("/etc/passwd").Select(line => line.Split(':')[0]).ToHashSet(),
        OpenFilesLimit = HardLimit(ReadLines("/proc/self/limits")),
        DirectoryExists = Directory.Exists,
        ProgramExists = IsOnPath,
    };

    /// <summary>Columns are aligned by blanks: name (three words), soft limit, hard limit, unit; see proc_pid_limits(5).</summary>
    internal static long? HardLimit(IEnumerable<string> limits)
    {
        var columns = limits.FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal))?
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return columns is { Length: > 4 } && long.TryParse(columns[4], NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }

    private static string[] ReadLines(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];

    private static bool IsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(directory => File.Exists(Path.Combine(directory, program)));
}
