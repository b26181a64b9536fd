using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Supervision;
using Xunit;

namespace ProxyGroups.Tests.Supervision;

/// <summary>The end of a worker waits for its stacks that were asked for, and for nothing else, and never long.</summary>
public sealed class WorkerStacksTests : ILauncher, ILogger, IDisposable
{
    private const int Signal = 10;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    // Only a test that fails waits so long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly FakeProcess _worker = new(7);
    private readonly Channel<FakeProcess> _tools = Channel.CreateUnbounded<FakeProcess>();
    private readonly List<string> _log = [];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_end_before_which_nobody_asked_is_at_once(bool isPolite)
    {
        Assert.True(End(Create(Signal, hasTool: true), isPolite).IsCompletedSuccessfully);
    }

    [Fact]
    public void A_worker_that_nothing_can_show_has_its_waits_told_and_ends_at_once()
    {
        var stacks = Create();
        Assert.False(stacks.Show(_worker));
        Assert.Contains("process 7: 1 x running", Assert.Single(_log), StringComparison.Ordinal);
        Assert.True(End(stacks, isPolite: true).IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_prints_them_itself_has_time_to(bool isPolite)
    {
        var stacks = Create(Signal);
        Assert.True(stacks.Show(_worker));
        Assert.Equal([Signal], _worker.Signals);
        await AssertEndsAfterAsync(WorkerStacks.LastWords, End(stacks, isPolite));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_program_that_hangs_holds_up_no_end_for_long(bool isPolite)
    {
        var stacks = Create(hasTool: true);
        Assert.True(stacks.Show(_worker));
        await ToolAsync();
        await AssertEndsAfterAsync(isPolite ? WorkerStacks.LongestLook : WorkerStacks.LastLook, End(stacks, isPolite));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_ends_lets_the_end_go_on(bool isPolite)
    {
        var stacks = Create(hasTool: true);
        stacks.Show(_worker);
        var tool = await ToolAsync();
        var ended = End(stacks, isPolite);
        Assert.False(ended.IsCompleted);
        tool.Exit(0);
        await EndAsync(ended);
    }

    [Fact]
    public async Task A_kill_does_not_wait_as_long_as_the_stop_before_it()
    {
        var stacks = Create(hasTool: true);
        stacks.Show(_worker);
        await ToolAsync();
        var stopped = End(stacks, isPolite: true);
        await AssertEndsAfterAsync(WorkerStacks.LastLook, End(stacks, isPolite: false));
        await EndAsync(stopped);
    }

    [Fact]
    public async Task Nobody_waits_for_a_worker_that_is_gone()
    {
        var stacks = Create(hasTool: true);
        stacks.Show(_worker);
        await ToolAsync();
        var ended = End(stacks, isPolite: true);
        Assert.False(ended.IsCompleted);
        _worker.Exit(0);
        await EndAsync(ended);
    }

    [Fact]
    public async Task Asked_again_while_a_program_shows_them_it_starts_no_other()
    {
        var stacks = Create(hasTool: true);
        Assert.True(stacks.Show(_worker));
        var tool = await ToolAsync();
        Assert.True(stacks.Show(_worker));
        tool.Exit(0);
        await EndAsync(stacks.DisposeAsync().AsTask());
        Assert.False(_tools.Reader.TryRead(out _));
    }

    [Fact]
    public async Task The_program_ends_with_the_worker()
    {
        var stacks = Create(hasTool: true);
        stacks.Show(_worker);
        var tool = await ToolAsync();
        await EndAsync(stacks.DisposeAsync().AsTask());
        Assert.True(tool.Killed.IsCompleted);
    }

    [Theory]
    [InlineData(Signal, false)]
    [InlineData(null, true)]
    public async Task Of_a_worker_that_is_gone_nobody_is_asked(int? signal, bool hasTool)
    {
        var stacks = Create(signal, hasTool);
        await EndAsync(stacks.DisposeAsync().AsTask());
        Assert.False(stacks.Show(_worker));
        Assert.Empty(_worker.Signals);
        Assert.False(_tools.Reader.TryRead(out _));
    }

    public void Dispose() => _worker.Dispose();

    Task<ILaunchedProcess> ILauncher.LaunchAsync(LaunchSpec spec, IReadOnlyDictionary<string, string> addedEnvironment, CancellationToken cancellationToken)
    {
        var tool = new FakeProcess(8);
        _tools.Writer.TryWrite(tool);
        return Task.FromResult<ILaunchedProcess>(tool);
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _log.Add(formatter(state, exception));

    private static Task EndAsync(Task waiting) => waiting.WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken);

    private async Task AssertEndsAfterAsync(TimeSpan limit, Task ended)
    {
        _time.Advance(limit - Moment);
        Assert.False(ended.IsCompleted);
        _time.Advance(Moment);
        await EndAsync(ended);
    }

    private async Task<FakeProcess> ToolAsync() => await _tools.Reader.ReadAsync(TestContext.Current.CancellationToken);

    private Task End(WorkerStacks stacks, bool isPolite)
    {
        (isPolite ? stacks.Stop : (Action<ILaunchedProcess>)stacks.Kill)(_worker);
        return isPolite ? _worker.Asked : _worker.Killed;
    }

    private WorkerStacks Create(int? signal = null, bool hasTool = false)
    {
        var spec = new LaunchSpec
        {
            Worker = new("app", 1, 0, 1),
            Command = ["app"],
            Directory = "/",
            Environment = new Dictionary<string, string>(),
            Endpoint = WorkerEndpoint.Nowhere,
            Readiness = new(Notify: false, Path: null),
            StackDumpSignal = signal,
            StackTool = hasTool ? ["tool", StackTool.Pid] : null,
        };
        var output = new WorkerOutput(spec, new LogFiles(this, _time), this, _time);
        return new(spec, this, output, this, _time);
    }
}
