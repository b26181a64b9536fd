using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Supervision;

namespace ProxyGroups.ProcessTests.Supervision;

/// <summary>The memory of real processes, by hand-set time.</summary>
public sealed class MemorySamplerTests : IAsyncDisposable
{
    private const long MebiByte = 1 << 20;

    private readonly WorkerBench _bench = new();
    private readonly FakeTimeProvider _time = new();
    private readonly MemorySampler _sampler;
    private readonly Channel<long> _samples = Channel.CreateUnbounded<long>();

    public MemorySamplerTests() => _sampler = new(_time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        _sampler.Dispose();
        return _bench.DisposeAsync();
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Growth_shows_and_above_the_limit_samples_come_sooner()
    {
        var worker = await _bench.StartReadyAsync(_bench.TestWorker());
        using var watch = _sampler.Watch(worker.Pid!.Value, 200 * MebiByte, bytes => _samples.Writer.TryWrite(bytes));
        _time.Advance(MemorySampler.Interval);
        var before = await _samples.Reader.ReadAsync(Token);
        Assert.InRange(before, MebiByte, 150 * MebiByte);

        await WorkerBench.GetAsync(worker, "/leak?mb=200");
        await AdvanceUntilSampledAsync(MemorySampler.Interval);
        Assert.InRange(await _samples.Reader.ReadAsync(Token), before + (190 * MebiByte), before + (260 * MebiByte));
        await AdvanceUntilSampledAsync(MemorySampler.HurriedInterval);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_worker_that_a_preloader_has_just_forked_does_not_count_as_the_preloaders()
    {
        const string Program = """
            import os, time
            hoard = bytearray(os.urandom(1)) * (100 << 20)
            print('child' if os.fork() == 0 else 'parent', flush=True)
            time.sleep(600)
            """;
        var preloader = _bench.Start(_bench.Python(Program));
        await _bench.NextAsync<WorkerEvent.Spawned>();
        await _bench.OutputAsync("child");
        using var watch = _sampler.WatchPreloader(preloader.Pid!.Value, Task.CompletedTask, bytes => _samples.Writer.TryWrite(bytes));
        Assert.InRange(await _samples.Reader.ReadAsync(Token), 100 * MebiByte, 140 * MebiByte);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task What_the_worker_started_counts()
    {
        const string Program = """
            import os, time
            child = os.fork()
            hoard = bytearray(os.urandom(1)) * (100 << 20) if child == 0 else None
            print('child' if child == 0 else 'parent', flush=True)
            time.sleep(600)
            """;
        var worker = _bench.Start(_bench.Python(Program));
        await _bench.NextAsync<WorkerEvent.Spawned>();
        await _bench.OutputAsync("child");
        var weighed = new TaskCompletionSource<MemoryRoom>();
        _sampler.Weigh(worker.Pid!.Value, static () => null, weighed.SetResult);
        var room = await weighed.Task.WaitAsync(Token);
        Assert.InRange(room.Used!.Value, 100 * MebiByte, 140 * MebiByte);
        Assert.NotNull(room.Available);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Whatever_is_looked_at_besides_is_looked_at_with_each_sample_until_it_ends()
    {
        using (_sampler.Watch(() => _samples.Writer.TryWrite(0)))
        {
            await AdvanceUntilSampledAsync(MemorySampler.Interval);
            await _samples.Reader.ReadAsync(Token);
            await AdvanceUntilSampledAsync(MemorySampler.Interval);
        }

        await _samples.Reader.ReadAsync(Token);
        await PastWorkAsync();
        _time.Advance(MemorySampler.Interval);
        await PastWorkAsync();
        Assert.False(_samples.Reader.TryPeek(out _));
        using var next = _sampler.Watch(() => _samples.Writer.TryWrite(1));
        await AdvanceUntilSampledAsync(MemorySampler.Interval);
        Assert.Equal(1, await _samples.Reader.ReadAsync(Token));
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task A_process_that_is_gone_weighs_nothing_that_is_known()
    {
        var weighed = new TaskCompletionSource<MemoryRoom>();
        _sampler.Weigh(int.MaxValue, static () => null, weighed.SetResult);
        Assert.Null((await weighed.Task.WaitAsync(Token)).Used);
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Who_looks_first_gets_every_size_also_beside_a_look_at_others_and_waits_no_longer_than_the_bound()
    {
        var (one, other) = (await StartAsync(), await StartAsync());
        using var busy = new SemaphoreSlim(0);
        BusyUntil(busy);
        var looks = new[] { LookAsync(one), LookAsync(other) };
        _time.Advance(MemorySampler.LongestLook - TimeSpan.FromMilliseconds(1));
        Assert.DoesNotContain(looks, static look => look.IsCompleted);
        busy.Release();
        Assert.True((await looks[0]).ContainsKey(one));
        Assert.True((await looks[1]).ContainsKey(other));

        var late = await StartAsync();
        BusyUntil(busy);
        var inVain = LookAsync(late);
        _time.Advance(MemorySampler.LongestLook);
        Assert.False((await inVain).ContainsKey(late));
        busy.Release();
        await PastWorkAsync();
    }

    [Fact(Timeout = WorkerBench.TestTimeout)]
    public async Task Sizes_of_long_ago_are_told_to_nobody_and_those_of_a_moment_ago_are_not_read_again_until_they_are_outdated()
    {
        var worker = await _bench.StartReadyAsync(_bench.TestWorker());
        var pid = worker.Pid!.Value;
        var before = (await LookAsync(pid))[pid]!.Value.Unique;
        await WorkerBench.GetAsync(worker, "/leak?mb=100");
        Assert.Equal(before, (await LookAsync(pid))[pid]!.Value.Unique);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.InRange((await LookAsync(pid))[pid]!.Value.Unique, before + (90 * MebiByte), before + (160 * MebiByte));

        await WorkerBench.GetAsync(worker, "/leak?mb=100");
        _sampler.Outdate();
        Assert.InRange((await LookAsync(pid))[pid]!.Value.Unique, before + (190 * MebiByte), before + (260 * MebiByte));
    }

    private async Task<int> StartAsync() => (await _bench.StartReadyAsync(_bench.TestWorker())).Pid!.Value;

    private void BusyUntil(SemaphoreSlim released) => _sampler.Weigh(int.MaxValue, static () => null, _ => released.Wait());

    private Task<IReadOnlyDictionary<int, MemoryUse?>> LookAsync(int pid) => _sampler.LookAsync([pid], new HashSet<int>()).AsTask().WaitAsync(Token);

    // One thread does all the work, in the order in which it came.
    private async Task PastWorkAsync()
    {
        var past = new TaskCompletionSource();
        _sampler.Weigh(int.MaxValue, static () => null, _ => past.SetResult());
        await past.Task.WaitAsync(Token);
    }

    // The timer is set again by the sampler's thread, after the callback.
    private async Task AdvanceUntilSampledAsync(TimeSpan interval)
    {
        while (!_samples.Reader.TryPeek(out _))
        {
            _time.Advance(interval);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
        }
    }
}
