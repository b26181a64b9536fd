using System.Runtime.InteropServices;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// Descriptors to wait for together, each under a key of its owner's (epoll(7)). Edge-triggered: what happened is told once. Descriptors come and
/// go on any thread; one thread at a time waits, and reads what it got before it waits again.
/// </summary>
internal sealed unsafe class Epoll
{
    public const uint Readable = 0x1;
    public const uint Writable = 0x4;
    public const uint PeerEnded = 0x2000;

    /// <summary>EPOLLERR | EPOLLHUP: told whether asked for or not.</summary>
    public const uint Broken = 0x18;

    private const int AddOne = 1;
    private const int RemoveOne = 2;
    private const int ChangeOne = 3;
    private const int CloseOnExec = 0x80000;
    private const uint EdgeTriggered = 1u << 31;

    // struct epoll_event is packed on x64 alone.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private readonly int _epoll;
    private readonly int _most;
    private readonly byte* _happened;

    /// <summary>For the life of the process: its memory and its descriptor are not given back.</summary>
    /// <param name="most">As many are told in one wait.</param>
    /// <exception cref="IOException">Out of descriptors.</exception>
    public Epoll(int most)
    {
        _epoll = Libc.CreateEpoll(CloseOnExec);
        if (_epoll < 0)
        {
            throw new IOException($"Sockets cannot be waited for: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        _most = most;
        _happened = (byte*)NativeMemory.AllocZeroed((nuint)most, (nuint)Size);
    }

    private static int Size => DataOffset + sizeof(long);

    /// <summary>Tells at once what is so already.</summary>
    /// <exception cref="IOException">Out of memory, or past fs.epoll.max_user_watches.</exception>
    public void Add(SafeHandle descriptor, long key, uint events)
    {
        if (!TryControl(AddOne, descriptor, key, events))
        {
            ObjectDisposedException.ThrowIf(descriptor.IsClosed, descriptor);
            throw new IOException($"A socket cannot be waited for: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>As <see cref="Add"/>. No effect on one that is not here any more.</summary>
    public void Change(SafeHandle descriptor, long key, uint events) => TryControl(ChangeOne, descriptor, key, events);

    /// <summary>Before the descriptor is closed: a copy of it in a child that is about to start would keep it here. What is about to be told is told still.</summary>
    public void Remove(SafeHandle descriptor) => TryControl(RemoveOne, descriptor, 0, 0);

    /// <summary>Waits until something happens, and returns how much it is; 0 after a signal.</summary>
    public int Wait() => Math.Max(0, Libc.WaitEpoll(_epoll, _happened, _most, Timeout.Infinite));

    public (long Key, uint Events) Take(int index)
    {
        var one = _happened + (index * Size);
        return (*(long*)(one + DataOffset), *(uint*)one);
    }

    private bool TryControl(int operation, SafeHandle descriptor, long key, uint events)
    {
        var change = stackalloc byte[DataOffset + sizeof(long)];
        *(uint*)change = events | EdgeTriggered;
        *(long*)(change + DataOffset) = key;
        var held = false;
        try
        {
            descriptor.DangerousAddRef(ref held);
            return Libc.ControlEpoll(_epoll, operation, (int)descriptor.DangerousGetHandle(), change) == 0;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            if (held)
            {
                descriptor.DangerousRelease();
            }
        }
    }
}
