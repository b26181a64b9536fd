using System.Globalization;
using System.Text.Unicode;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// A file of a process in /proc, read from its beginning. Those of all processes are read at each end of a worker, so it leaves nothing to the garbage
/// collector, and it is no exception that a process is gone or another user's.
/// </summary>
internal readonly unsafe ref struct ProcessFile : IDisposable
{
    // For two numbers, of a process and a thread, and the names between them.
    private const int MostPath = 64;

    private readonly int _descriptor;

    private ProcessFile(int descriptor) => _descriptor = descriptor;

    /// <param name="name">Such as "stat".</param>
    public static ProcessFile Open(int pid, scoped ReadOnlySpan<byte> name)
    {
        Span<byte> path = stackalloc byte[MostPath];
        return Utf8.TryWrite(path, CultureInfo.InvariantCulture, $"/proc/{pid}/{name}\0", out _)
            ? Open(path)
            : throw new ArgumentException("It is the name of no such file.", nameof(name));
    }

    /// <summary>What comes next; 0: that was all, or the kernel does not let us read it.</summary>
    public int Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            return (int)Math.Max(0, Libc.Read(_descriptor, start, (nuint)buffer.Length));
        }
    }

    public void Dispose()
    {
        if (_descriptor >= 0)
        {
            _ = Libc.Close(_descriptor);
        }
    }

    private static ProcessFile Open(scoped ReadOnlySpan<byte> path)
    {
        fixed (byte* start = path)
        {
            return new(Libc.Open(start, Libc.OReadOnly | Libc.OCloseOnExec));
        }
    }
}
