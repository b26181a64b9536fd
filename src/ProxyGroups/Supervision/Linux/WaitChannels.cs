using System.Globalization;
using System.Text;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// What the threads of processes wait for in the kernel (stat, wchan and syscall of proc(5)): the least that can be said of a
/// program that cannot print its stacks.
/// </summary>
internal static class WaitChannels
{
    private const int MaxLines = 20;

    /// <summary>One line per process and kind of wait; empty when all are gone.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<int> pids)
    {
        var lines = pids.SelectMany(Describe).Take(MaxLines + 1).ToList();
        return lines.Count > MaxLines ? [.. lines[..MaxLines], "..."] : lines;
    }

    private static IEnumerable<string> Describe(int pid)
    {
        var folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}");
        var name = Read($"{folder}/comm");
        return Threads(folder).GroupBy(static wait => wait).Select(wait => $"process {pid} ({name}): {wait.Count()} x {wait.Key}");
    }

    private static List<string> Threads(string folder)
    {
        try
        {
            return [.. Directory.EnumerateDirectories($"{folder}/task").Select(WaitOf)];
        }
        catch (IOException)
        {
            return [];
        }
    }

    // wchan is 0 for a thread that runs, and where the kernel does not tell; syscall says "running", or number and arguments.
    private static string WaitOf(string thread)
    {
        var (channel, call) = (Read($"{thread}/wchan"), Read($"{thread}/syscall").Split(' ')[0]);
        var state = ProcessStat.Parse(0, Encoding.UTF8.GetBytes(Read($"{thread}/stat")))?.State switch
        {
            'R' => "running",
            'S' => "waiting",
            'D' => "waiting for a device",
            'T' or 't' => "stopped by a signal or debugger",
            _ => "ending",
        };
        return state + (channel is "" or "0" ? "" : $" in {channel}") + (call.Length > 0 && char.IsAsciiDigit(call[0]) ? $" (system call {call})" : "");
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
