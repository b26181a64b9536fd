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
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
