using System.Collections.Concurrent;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Supervision;

/// <summary>
/// Reads the memory of workers, on a thread of its own: one read takes about a millisecond, and seconds while the process is
/// starved of CPU. One per front door; any thread may call it. The callbacks run on its thread and must not block.
/// </summary>
internal sealed class MemorySampler : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>As long as a worker is above its limit: what leaks fast must not leak three long intervals more.</summary>
    public static readonly TimeSpan HurriedInterval = TimeSpan.FromSeconds(2);

    private readonly BlockingCollection<Action> _work = [];
    private readonly ConcurrentDictionary<MemoryWatch, bool> _watches = new();
    private readonly Lazy<Thread> _thread;
    private readonly ITimer _timer;

    public MemorySampler(TimeProvider time)
    {
        _thread = new(StartThread);
        _timer = time.CreateTimer(_ => Enqueue(Sample), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Samples a worker until the result is disposed of.</summary>
    /// <param name="sampled">Gets the bytes that the worker's processes alone use.</param>
    public IDisposable Watch(int pid, long limit, Action<long> sampled)
    {
        var watch = new MemoryWatch(pid, limit, sampled, ended => _watches.TryRemove(ended, out _));
        _watches[watch] = true;
        if (_watches.Count == 1)
        {
            _timer.Change(Interval, Timeout.InfiniteTimeSpan);
        }

        return watch;
    }

    /// <summary>Samples a worker now and then without a limit, the first time at once.</summary>
    public IDisposable Watch(int pid, Action<long> sampled)
    {
        Enqueue(() =>
        {
            if (SizeOf(pid, ReadProcesses()) is { } bytes)
            {
                sampled(bytes);
            }
        });
        return Watch(pid, long.MaxValue, sampled);
    }

    /// <summary>Looks once whether a second process of this size fits on the machine and into its group.</summary>
    /// <param name="groupRoom">What the worker's group may still use; null: no limit.</param>
    public void Weigh(int pid, Func<long?> groupRoom, Action<MemoryRoom> weighed) =>
        Enqueue(() => weighed(new MemoryRoom(SizeOf(pid, ReadProcesses()), MachineMemory.Available()).Within(groupRoom())));

    public void Dispose()
    {
        _timer.Dispose();
        _work.CompleteAdding();
    }

    private static List<ProcessStat> ReadProcesses() => OperatingSystem.IsLinux() ? ProcessStat.ReadAll() : [];

    private static long? SizeOf(int pid, List<ProcessStat> all) => ProcessMemory.OfFamily(pid, all);

    private void Sample()
    {
        var all = ReadProcesses();
        var isHurried = false;
        foreach (var watches in _watches.Keys.GroupBy(static watch => watch.Pid))
        {
            if (SizeOf(watches.Key, all) is { } bytes)
            {
                isHurried |= watches.Any(watch => bytes > watch.Limit);
                watches.ToList().ForEach(watch => watch.Sampled(bytes));
            }
        }

        if (!_watches.IsEmpty)
        {
            _timer.Change(isHurried ? HurriedInterval : Interval, Timeout.InfiniteTimeSpan);
        }
    }

    private void Enqueue(Action work)
    {
        try
        {
            _ = _thread.Value;
            _work.Add(work);
        }
        catch (InvalidOperationException) when (_work.IsAddingCompleted)
        {
            // The front door ends: nobody waits for the figure any more.
        }
    }

    private Thread StartThread()
    {
        var thread = new Thread(Run) { IsBackground = true, Name = "ProxyGroups memory" };
        thread.Start();
        return thread;
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
