using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// Ends a worker's whole process group within a millisecond of our death, whatever the worker is doing. A pipe whose
/// read end asks the kernel for SIGKILL instead of SIGIO (F_SETSIG, F_SETOWN, O_ASYNC of F_SETOWN(2const)); when we
/// die the last write end closes, which is an event on the read end, and the kernel kills the owner.
/// <para>One per worker, since the owner belongs to the open file description. Owned by <see cref="LinuxProcess"/>;
/// <see cref="Dispose"/> closes the write end too and therefore kills.</para>
/// <para>The description must outlive our write end. The worker holds it by inheritance. For workers that close what they
/// inherit we hold it too, under a lower number than the write end: Linux finishes the closes of a dying process last
/// first (task_work since 4.3), so the write end goes while our read end still stands.</para>
/// </summary>
internal sealed unsafe class Lifeline : IDisposable
{
    private int _read;
    private int _write;

    public Lifeline()
    {
        var ends = stackalloc int[2];
        Check(Libc.Pipe2(ends, Libc.OCloseOnExec));
        (_read, _write) = (ends[0], ends[1]);
        RaiseWriteEnd();
        Check(Libc.Fcntl(_read, Libc.FSetSig, Libc.SigKill));
        Check(Libc.Fcntl(_read, Libc.FSetFl, Check(Libc.Fcntl(_read, Libc.FGetFl, 0)) | Libc.OAsync));
    }

    /// <summary>Runs a start during which the child inherits the read end. On the spawn thread only.</summary>
    public T Inherited<T>(Func<T> start)
    {
        Check(Libc.Fcntl(_read, Libc.FSetFd, 0));
        try
        {
            return start();
        }
        finally
        {
            _ = Libc.Fcntl(_read, Libc.FSetFd, Libc.FdCloseOnExec);
        }
    }

    /// <summary>Ties the life of one process to ours; for the moment before it leads a group. One that is gone already needs no tie.</summary>
    public void TieProcess(int pid) => _ = Libc.Fcntl(_read, Libc.FSetOwn, pid);

    /// <summary>Ties the life of a process group to ours, likewise.</summary>
    public void TieGroup(int group) => _ = Libc.Fcntl(_read, Libc.FSetOwn, -group);

    public void Dispose()
    {
        Close(ref _write);
        Close(ref _read);
    }

    // Another thread may have closed a lower number between the two that pipe2 took.
    private void RaiseWriteEnd()
    {
        if (_write < _read)
        {
            var raised = Check(Libc.Fcntl(_write, Libc.FDupFdCloseOnExec, _read + 1));
            Close(ref _write);
            _write = raised;
        }
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
