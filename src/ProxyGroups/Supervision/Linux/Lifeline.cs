using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// Ends a worker's whole process group within a millisecond of our death, whatever the worker is doing. A pipe whose
/// read ends ask the kernel for SIGKILL instead of SIGIO (F_SETSIG, F_SETOWN, O_ASYNC of F_SETOWN(2const)); when we
/// die the last write end closes, which is an event on the read ends, and the kernel kills their owner.
/// <para>One per worker, since the owner belongs to the open file description. Owned by <see cref="LinuxProcess"/>;
/// <see cref="Dispose"/> closes the write end too and therefore kills.</para>
/// <para>A read end must outlive our write end, and there are two, each a description of its own. The worker holds one by
/// inheritance. It may close it, or die between the closing and the release of our write end (the parent-death signal of one
/// of our threads reaches it first), so we hold the other, under a lower number than the write end: Linux finishes the
/// closes of a dying process last first (task_work since 4.3), so the write end goes while our read end still stands.</para>
/// </summary>
internal sealed unsafe class Lifeline : IDisposable
{
    private int _inherited;
    private int _ours;
    private int _write;

    public Lifeline()
    {
        var ends = stackalloc int[2];
        Check(Libc.Pipe2(ends, Libc.OCloseOnExec));
        (_inherited, _write) = (ends[0], ends[1]);
        _ours = Check(Libc.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_inherited}"), Libc.ONonBlock | Libc.OCloseOnExec));
        RaiseWriteEnd();
        Arm(_inherited);
        Arm(_ours);
    }

    /// <summary>Runs a start during which the child inherits the read end. On the spawn thread only.</summary>
    public T Inherited<T>(Func<T> start)
    {
        Check(Libc.Fcntl(_inherited, Libc.FSetFd, 0));
        try
        {
            return start();
        }
        finally
        {
            _ = Libc.Fcntl(_inherited, Libc.FSetFd, Libc.FdCloseOnExec);
        }
    }

    /// <summary>The end to be passed to a process that is no child of ours.</summary>
    public int ReadEnd => _inherited;

    /// <summary>Ties the life of one process to ours; for the moment before it leads a group. One that is gone already needs no tie.</summary>
    public void TieProcess(int pid) => Tie(pid);

    /// <summary>Ties the life of a process group to ours, likewise.</summary>
    public void TieGroup(int group) => Tie(-group);

    /// <summary>
    /// Closes the gate: flock(1) in the exec chain, given the result, waits for the lock that we hold until <see cref="OpenGate"/>.
    /// A shell could wait and enter a cgroup by itself, but it loses variables whose names it does not accept.
    /// </summary>
    public string CloseGate()
    {
        // Our read end is a description of its own, so the lock is not the child's by inheritance.
        Check(Libc.Lock(_ours, Libc.LockExclusive));
        return string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_inherited}");
    }

    public void OpenGate() => Check(Libc.Lock(_ours, Libc.LockNone));

    public void Dispose()
    {
        Close(ref _write);
        Close(ref _ours);
        Close(ref _inherited);
    }

    private static void Arm(int readEnd)
    {
        Check(Libc.Fcntl(readEnd, Libc.FSetSig, Libc.SigKill));
        Check(Libc.Fcntl(readEnd, Libc.FSetFl, Check(Libc.Fcntl(readEnd, Libc.FGetFl, 0)) | Libc.OAsync));
    }

    private void Tie(int owner)
    {
        _ = Libc.Fcntl(_inherited, Libc.FSetOwn, owner);
        _ = Libc.Fcntl(_ours, Libc.FSetOwn, owner);
    }

    private void RaiseWriteEnd()
    {
        var raised = Check(Libc.Fcntl(_write, Libc.FDupFdCloseOnExec, Math.Max(_inherited, _ours) + 1));
        Close(ref _write);
        _write = raised;
    }

    private static void Close(ref int descriptor)
    {
        if (Interlocked.Exchange(ref descriptor, -1) is var open and >= 0)
        {
            new Microsoft.Win32.SafeHandles.SafeFileHandle(open, ownsHandle: true).Dispose();
        }
    }

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());
}
