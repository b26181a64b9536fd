using System.Buffers;
using System.Text;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// Everything that a worker started: its session, its descendants, and processes that left both by a double fork but
/// still carry the mark in their environment. Looked up in /proc each time; holds no state.
/// </summary>
/// <param name="mark">What the mark begins with: see <see cref="WorkerMark"/>.</param>
/// <param name="sessionOnly">Leaves descendants and marked processes alone.</param>
internal sealed class ProcessFamily(int leader, string mark, bool sessionOnly = false)
{
    // Each round finds what was forked during the one before; a fork bomb is left to the limit of tasks.
    private const int KillRounds = 10;

    // A process between its two forks is in no list: it ends itself, and its child is too new. So one empty look proves nothing.
    private const int EmptyLooks = 2;

    // More than most environments have.
    private const int UsualBytes = 8 << 10;

    private readonly byte[] _mark = Encoding.UTF8.GetBytes($"{WorkerMark.Variable}={mark}");

    /// <summary>The living members, the leader included while it lives.</summary>
    public List<ProcessStat> Find()
    {
        // Nobody has no descendants: as a rule, since this is asked at each end of a worker.
        if (!ProcessStat.ReadEach().Any(IsMember))
        {
            return [];
        }

        var all = ProcessStat.ReadAll();
        var members = sessionOnly ? all.Where(IsMember).Select(static process => process.Pid).ToHashSet() : WithDescendants(all.Where(IsMember), all);
        return [.. all.Where(process => process.IsAlive && members.Contains(process.Pid) && process.Pid != Environment.ProcessId)];
    }

    /// <summary>Session and descendants alone. Reads no environment: that costs a look at every process, and blocks on one whose memory is locked.</summary>
    public static IReadOnlySet<int> Kin(int leader, IReadOnlyCollection<ProcessStat> all) =>
        WithDescendants(all.Where(process => BelongsTo(leader, process)), all);

    public bool Includes(int pid) => ProcessStat.Read(pid) is { } process && (IsMember(process) || Find().Exists(member => member.Pid == pid));

    /// <summary>The kin are looked up before the kill, since orphans lose their parent.</summary>
    public void Kill()
    {
        for (var (round, empty) = (0, 0); round < KillRounds && empty < EmptyLooks; round++)
        {
            var members = Find();
            empty = members.Count > 0 ? 0 : empty + 1;
            // To the group first: the kernel lets no fork slip through between its members.
            if (members.Exists(member => member.Group == leader))
            {
                _ = Libc.Kill(-leader, Libc.SigKill);
            }

            foreach (var member in members)
            {
                _ = Libc.Kill(member.Pid, Libc.SigKill);
            }
        }
    }

    // The kernel's own threads and the dead have no environment: to ask for it costs an exception each, at each end of a worker.
    private bool IsMember(ProcessStat process) =>
        BelongsTo(leader, process) || (!sessionOnly && process is { IsAlive: true, IsOfKernel: false } && CarriesMark(process.Pid));

    private static bool BelongsTo(int leader, ProcessStat process) =>
        process.Pid == leader || process.Session == leader || process.Group == leader;

    private static HashSet<int> WithDescendants(IEnumerable<ProcessStat> first, IReadOnlyCollection<ProcessStat> all)
    {
        var members = first.Select(static process => process.Pid).ToHashSet();
        while (all.Any(process => members.Contains(process.Parent) && members.Add(process.Pid)))
        {
            // Each pass adds one child; the passes end with the last.
        }

        return members;
    }

    // Those of all processes are read, so nothing is made of them; and cleared, for they hold secrets.
    private bool CarriesMark(int pid)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(UsualBytes);
        try
        {
            using var file = ProcessFile.Open(pid, "environ"u8);
            return HasEntry(ReadWhole(file, ref buffer));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static ReadOnlySpan<byte> ReadWhole(ProcessFile file, ref byte[] buffer)
    {
        var length = 0;
        while (file.Read(buffer.AsSpan(length)) is var count and > 0)
        {
            length += count;
            if (length == buffer.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent(2 * length);
                buffer.CopyTo(larger, 0);
                ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
                buffer = larger;
            }
        }

        return buffer.AsSpan(0, length);
    }

    private bool HasEntry(ReadOnlySpan<byte> environment)
    {
        foreach (var entry in environment.Split((byte)0))
        {
            if (environment[entry].StartsWith(_mark))
            {
                return true;
            }
        }

        return false;
    }
}
