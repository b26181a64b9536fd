using System.Diagnostics;
using System.Text;

namespace ProxyGroups.Supervision;

/// <summary>How every launcher starts a program: its streams piped to us, its environment exactly what is given.</summary>
internal static class PipedStart
{
    public static ProcessStartInfo Of(IReadOnlyList<string> command, string directory, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Of .NET's own readers nothing is used but the pipe (OutputReader), and every worker that runs holds two: theirs of this encoding have the smallest buffers.
            StandardOutputEncoding = Encoding.Unicode,
            StandardErrorEncoding = Encoding.Unicode,
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
