using System.Diagnostics;
using System.Text;

namespace ProxyGroups.Supervision;

/// <summary>How every launcher starts a program: its streams piped to us, its environment exactly what is given.</summary>
internal static class PipedStart
{
    private static readonly Encoding Unread = new Nothing();

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
            StandardOutputEncoding = Unread,
            StandardErrorEncoding = Unread,
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>
    /// Of .NET's own readers nothing is used but the pipe (<see cref="OutputReader"/>), and every worker that runs holds two: their buffers are as large as their
    /// encoding says that characters may come.
    /// </summary>
    private sealed class Nothing : ASCIIEncoding
    {
        public override int GetMaxCharCount(int byteCount) => 1;
    }
}
