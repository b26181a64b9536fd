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

    /// <summary>For sizes that were never read: milliseconds as a rule, and nobody shall wait for a machine that has no CPU left.</summary>
    public static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(1);

    // For sizes that may be of long ago: very many processes are not worth a longer wait.
    private static readonly TimeSpan BriefLook = TimeSpan.FromMilliseconds(100);

    private readonly BlockingCollection<Action> _work = [];
    private readonly ConcurrentDictionary<MemoryWatch, bool> _watches = new();
    private readonly ConcurrentDictionary<MemoryLook, bool> _looks = new();
    private readonly Lock _timing = new();
    private readonly Lazy<Thread> _thread;
    private readonly ConcurrentDictionary<int, MemoryUse?> _known = new();
    private readonly ITimer _timer;
    private readonly TimeProvider _time;
    private bool _isTimed;
    private Task _looking = Task.CompletedTask;
    private long _lookAgainAt;
    private long _isOldAt;

    public MemorySampler(TimeProvider time)
    {
        _time = time;
        _thread = new(StartThread);
        _timer = time.CreateTimer(_ => Enqueue(Sample), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Samples a worker until the result is disposed of.</summary>
    /// <param name="sampled">Gets the bytes that the worker's processes alone use.</param>
    public MemoryWatch Watch(int pid, long limit, Action<long> sampled)
    {
        var watch = new MemoryWatch(pid, limit, sampled, ended => _watches.TryRemove(ended, out _));
        _watches[watch] = true;
        BeginSampling();
        return watch;
    }

    /// <summary>Calls <paramref name="look"/> at each sample until the result is disposed of.</summary>
    public IDisposable Watch(Action look)
    {
        var watch = new MemoryLook(look, ended => _looks.TryRemove(ended, out _));
        _looks[watch] = true;
        BeginSampling();
        return watch;
    }

    /// <summary>Samples a worker now and then without a limit, the first time at once.</summary>
    public IDisposable Watch(int pid, Action<long> sampled)
    {
        Enqueue(() =>
        {
            if (SizeOf(pid, ReadProcesses()) is { } size)
            {
                sampled(size.Unique);
            }
        });
        return Watch(pid, long.MaxValue, sampled);
    }

    /// <summary>Samples a preloader now and then, and at once.</summary>
    /// <param name="imported">When it completes it is sampled, too.</param>
    /// <param name="sampled">Gets the bytes that are counted as its own: see <see cref="ProcessMemory.OfPreloader"/>.</param>
    public IDisposable WatchPreloader(int pid, Task imported, Action<long> sampled)
    {
        void Look()
        {
            if (ProcessMemory.OfPreloader(pid, ReadProcesses()) is { } size)
            {
                sampled(size);
            }
        }

        Enqueue(Look);
        _ = imported.ContinueWith(_ => Enqueue(Look), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return Watch(Look);
    }

    /// <summary>Looks once whether a second process of this size fits on the machine and into its group.</summary>
    /// <param name="groupRoom">What the worker's group may still use; null: no limit.</param>
    public void Weigh(int pid, Func<long?> groupRoom, Action<MemoryRoom> weighed) =>
        Enqueue(() => weighed(new MemoryRoom(SizeOf(pid, ReadProcesses())?.Unique, MachineMemory.Available()).Within(groupRoom())));

    /// <summary>
    /// The last known sizes, for who looks at all workers; while somebody keeps looking they are read anew behind its back. Where nobody has looked
    /// of late, or one was never read, the look waits for that, and not for long. Null: the kernel does not tell.
    /// </summary>
    /// <param name="preloaders">Those among them whose workers are not their own.</param>
    public async ValueTask<IReadOnlyDictionary<int, MemoryUse?>> LookAsync(IReadOnlyCollection<int> pids, IReadOnlySet<int> preloaders)
    {
        var isOld = _time.GetTimestamp() >= Volatile.Read(ref _isOldAt);
        var looking = BeginLook(pids, preloaders);
        if (isOld)
        {
            await looking.WaitAsync(BriefLook, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (pids.Any(IsUnknown))
        {
            using var patience = new CancellationTokenSource(LongestLook, _time);
            // One under way may be for others.
            while (pids.Any(IsUnknown) && !patience.IsCancellationRequested)
            {
                await looking.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                looking = BeginLook(pids, preloaders);
            }
        }

        return _known;
    }

    /// <summary>The next one who looks gets sizes of that moment.</summary>
    public void Outdate()
    {
        Volatile.Write(ref _lookAgainAt, 0);
        Volatile.Write(ref _isOldAt, 0);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _work.CompleteAdding();
    }

    private bool IsUnknown(int pid) => !_known.ContainsKey(pid);

    private static List<ProcessStat> ReadProcesses() => OperatingSystem.IsLinux() ? ProcessStat.ReadAll() : [];

    private MemoryUse? SizeOf(int pid, List<ProcessStat> all)
    {
        return _known[pid] = ProcessMemory.OfFamily(pid, all);
    }

    private MemoryUse? SizeOfPreloader(int pid) => _known[pid] = ProcessMemory.Of(pid);

    private Task BeginLook(IReadOnlyCollection<int> pids, IReadOnlySet<int> preloaders)
    {
        lock (_known)
        {
            var isDue = _time.GetTimestamp() >= _lookAgainAt || pids.Any(IsUnknown);
            if (isDue && _looking.IsCompleted && pids.Count > 0)
            {
                var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _looking = done.Task;
                Enqueue(() => Look(pids, preloaders, done));
            }

            return _looking;
        }
    }

    private void Look(IReadOnlyCollection<int> pids, IReadOnlySet<int> preloaders, TaskCompletionSource done)
    {
        var begun = _time.GetTimestamp();
        var isDue = begun >= Volatile.Read(ref _lookAgainAt);
        var all = ReadProcesses();
        Forget(all);
        foreach (var pid in pids.Where(IsUnknown).Concat(isDue ? pids : []).Distinct().ToList())
        {
            _ = preloaders.Contains(pid) ? SizeOfPreloader(pid) : SizeOf(pid, all);
        }

        if (isDue)
        {
            // Whoever keeps looking costs a fiftieth of a core at most.
            var now = _time.GetTimestamp();
            var rest = Math.Max(50 * (now - begun), (long)(Interval.TotalSeconds * _time.TimestampFrequency));
            Volatile.Write(ref _lookAgainAt, now + rest);
            Volatile.Write(ref _isOldAt, now + (2 * rest));
        }

        done.SetResult();
    }

    private void Forget(List<ProcessStat> all)
    {
        var living = all.Select(static process => process.Pid).ToHashSet();
        foreach (var gone in _known.Keys.Where(pid => !living.Contains(pid)))
        {
            _known.TryRemove(gone, out _);
        }
    }

    private void BeginSampling()
    {
        lock (_timing)
        {
            if (!_isTimed)
            {
                _isTimed = true;
                _timer.Change(Interval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Sample()
    {
        var isHurried = !_watches.IsEmpty && SampleSizes();
        foreach (var look in _looks.Keys)
        {
            look.Look();
        }

        lock (_timing)
        {
            _isTimed = !(_watches.IsEmpty && _looks.IsEmpty);
            if (_isTimed)
            {
                _timer.Change(isHurried ? HurriedInterval : Interval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private bool SampleSizes()
    {
        var all = ReadProcesses();
        Forget(all);
        var isHurried = false;
        foreach (var watches in _watches.Keys.GroupBy(static watch => watch.Pid))
        {
            if (SizeOf(watches.Key, all) is { } size)
            {
                isHurried |= watches.Any(watch => size.Unique > watch.Limit);
                watches.ToList().ForEach(watch => watch.Sampled(size.Unique));
            }
        }

        return isHurried;
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
