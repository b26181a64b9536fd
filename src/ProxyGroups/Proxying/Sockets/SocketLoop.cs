using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using ProxyGroups.Scheduling;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Proxying.Sockets;

/// <summary>
/// One thread that waits for many sockets and itself runs what waited for them, as nginx does. What it runs may block after all: then
/// <see cref="LoopWatch"/> has another thread take the loop over, and for a while the thread pool runs what waited.
/// </summary>
internal sealed class SocketLoop
{
    private const int MostAtOnce = 128;
    private const uint Input = Epoll.Readable | Epoll.PeerEnded;

    // Looks of the watch, 10 ms apart: asleep in the same turn, or computing in it.
    private const int LooksAsleep = 3;
    private const int LooksAtAll = 50;

    /// <summary>For so many looks after it was held up the loop leaves the work to the thread pool.</summary>
    private const int LooksDeferring = 1000;

    private readonly Epoll _epoll = new(MostAtOnce);
    private readonly ConcurrentDictionary<long, LoopSocket> _sockets = new();
    private readonly LoopWatch _watch;
    private readonly string _name;
    private long _lastKey;
    private int _count;
    private int _next;
    private volatile int _thread;
    private volatile LoopThread? _runner;

    // Whose the loop is: twice the number of its thread, one more while that thread runs what waited.
    private long _lease;
    private long _turns;
    private long _seenTurns;
    private int _looks;
    private volatile int _deferring;
    private long? _unstarted;

    public SocketLoop(LoopWatch watch, string name)
    {
        (_watch, _name) = (watch, name);
        Start(0);
    }

    /// <summary>What has happened turns up from here on, perhaps before this returns.</summary>
    /// <exception cref="IOException">The system has no room to watch one more.</exception>
    public long Add(LoopSocket socket, SafeHandle handle)
    {
        var key = Interlocked.Increment(ref _lastKey);
        _sockets[key] = socket;
        try
        {
            _epoll.Add(handle, key, Input);
            return key;
        }
        catch
        {
            _sockets.TryRemove(key, out _);
            throw;
        }
    }

    public void Watch(long key, SafeHandle handle, bool forRoom) => _epoll.Change(handle, key, forRoom ? Input | Epoll.Writable : Input);

    public void Remove(long key, SafeHandle handle)
    {
        if (_sockets.TryRemove(key, out _))
        {
            _epoll.Remove(handle);
        }
    }

    /// <summary>The watch, every 10 ms: gives the loop to another thread where its own is held up. False: nothing happens here.</summary>
    public bool Look()
    {
        if (_unstarted is { } waiting)
        {
            TryTakeOver(waiting);
            return true;
        }

        _deferring = Math.Max(0, _deferring - 1);
        var (lease, turns) = (Volatile.Read(ref _lease), Volatile.Read(ref _turns));
        if (turns != _seenTurns || lease % 2 == 0)
        {
            (var moved, _seenTurns, _looks) = (turns != _seenTurns, turns, 0);
            return moved || _deferring > 0;
        }

        _looks++;
        if ((_looks >= LooksAtAll || (_looks >= LooksAsleep && ThreadSleep.IsAsleep(_thread))) && Interlocked.CompareExchange(ref _lease, lease + 1, lease) == lease)
        {
            (_deferring, _looks) = (LooksDeferring, 0);
            _runner!.HoldUp();
            TryTakeOver(lease / 2 + 1);
        }

        return true;
    }

    /// <summary>Where the system has no room for one more thread (pids.max, RLIMIT_NPROC), the next look tries again.</summary>
    private void TryTakeOver(long number)
    {
        try
        {
            _unstarted = number;
            Start(number);
            _unstarted = null;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // The loop is nobody's until then.
        }
    }

    private void Start(long number) => new Thread(Run) { IsBackground = true, Name = _name }.UnsafeStart(number);

    private void Run(object? number)
    {
        var runner = new LoopThread();
        LoopThread.Current = _runner = runner;
        _thread = ThreadSleep.Current();
        var mine = (long)number! * 2;
        while (true)
        {
            if (_next == _count)
            {
                (_next, _count) = (0, _epoll.Wait());
                continue;
            }

            var (key, events) = _epoll.Take(_next++);
            if (_sockets.TryGetValue(key, out var socket) && !TryRun(socket, events, mine, runner))
            {
                return;
            }
        }
    }

    /// <summary>False: the loop is another thread's by now.</summary>
    private bool TryRun(LoopSocket socket, uint events, long mine, LoopThread runner)
    {
        Volatile.Write(ref _turns, _turns + 1);
        if (_deferring > 0)
        {
            socket.OnHappenedLater(events);
            return true;
        }

        // First what the watch looks at, then whether it sleeps; it goes the other way round.
        Interlocked.Exchange(ref _lease, mine + 1);
        _watch.Wake();
        socket.OnHappened(events);
        runner.EndTurn();
        return Interlocked.CompareExchange(ref _lease, mine, mine + 1) == mine + 1;
    }
}
