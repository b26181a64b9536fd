namespace ProxyGroups.Benchmarks.Load;

/// <summary>
/// Processes of an interpreter that runs one thread at a time, on some cores. A request computes, then waits. Threads that compute share their process,
/// processes that compute share the cores, both in equal parts.
/// </summary>
internal sealed class InterpreterModel(int processes, int threads, int cores, TimeSpan compute, TimeSpan wait)
{
    private readonly List<Job> _jobs = [];
    private readonly Queue<double> _queue = new();
    private readonly int[] _busy = new int[processes];
    private double _now;

    /// <summary>Latencies in milliseconds of requests that come at these times.</summary>
    /// <param name="comes">When they come, in order.</param>
    /// <param name="pick">From the busy threads of each process, the process that gets the next one; one with a free thread.</param>
    public IReadOnlyList<double> Run(IEnumerable<TimeSpan> comes, Func<int[], int> pick)
    {
        var latencies = new List<double>();
        foreach (var arrival in comes.Select(static time => time.TotalMilliseconds).Append(double.PositiveInfinity))
        {
            while (Next() is var next && next <= arrival && double.IsFinite(next))
            {
                Advance(next);
                Finish(latencies, pick);
            }

            if (double.IsFinite(arrival))
            {
                Advance(arrival);
                _queue.Enqueue(arrival);
                Begin(pick);
            }
        }

        return latencies;
    }

    private double Next() => _jobs.Count == 0 ? double.PositiveInfinity : _jobs.Min(job => job.Left > 0 ? _now + (job.Left / Speed(job.Process)) : job.Ends);

    private double Speed(int process)
    {
        var active = _jobs.Where(static job => job.Left > 0).ToLookup(static job => job.Process);
        return Math.Min(1, cores / (double)active.Count) / active[process].Count();
    }

    private void Advance(double to)
    {
        var speeds = Enumerable.Range(0, processes).Select(process => _jobs.Any(job => job.Left > 0 && job.Process == process) ? Speed(process) : 0).ToArray();
        foreach (var job in _jobs.Where(static job => job.Left > 0))
        {
            job.Left -= speeds[job.Process] * (to - _now);
            if (job.Left <= 1e-9)
            {
                (job.Left, job.Ends) = (0, to + wait.TotalMilliseconds);
            }
        }

        _now = to;
    }

    private void Finish(List<double> latencies, Func<int[], int> pick)
    {
        foreach (var job in _jobs.Where(job => job.Left == 0 && job.Ends <= _now).ToList())
        {
            _jobs.Remove(job);
            _busy[job.Process]--;
            latencies.Add(_now - job.Came);
        }

        Begin(pick);
    }

    private void Begin(Func<int[], int> pick)
    {
        while (_queue.Count > 0 && _busy.Any(busy => busy < threads))
        {
            var process = pick(_busy);
            _busy[process]++;
            _jobs.Add(new Job(process, _queue.Dequeue(), compute.TotalMilliseconds));
        }
    }

    private sealed class Job(int process, double came, double left)
    {
        public int Process => process;

        public double Came => came;

        /// <summary>Of its computing; 0: it waits.</summary>
        public double Left { get; set; } = left;

        public double Ends { get; set; }
    }
}
