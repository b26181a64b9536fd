using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace ProxyGroups.Groups;

/// <summary>
/// A process group's loop: takes an event, applies it to the state, asks the planner, starts the actions. It owns the state alone, so nothing here is locked.
/// Growth goes to <see cref="GroupPlanner"/> (decisions) or <see cref="GroupActions"/> (deeds), never here.
/// </summary>
internal sealed class GroupSupervisor : IAsyncDisposable
{
    private readonly Channel<GroupEvent> _inbox = Channel.CreateUnbounded<GroupEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly GroupActions _actions;
    private readonly TimeProvider _time;
    private readonly ITimer _alarm;
    private readonly long _origin;
    private readonly Task _loop;
    private readonly ILogger _logger;
    private volatile GroupState _state;

    public GroupSupervisor(GroupState initial, GroupActions actions, TimeProvider time, ILogger logger)
    {
        _state = initial;
        _actions = actions;
        _time = time;
        _logger = logger;
        _origin = time.GetTimestamp();
        _alarm = time.CreateTimer(_ => Post(new GroupEvent.WakeUp()), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>The newest state; a value, so any thread may look.</summary>
    public GroupState State => _state;

    /// <summary>The clock by which the times in <see cref="State"/> are told.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_origin);

    /// <summary>Completes when the group has stopped and its last worker is gone.</summary>
    public Task Finished => _loop;

    public void Post(GroupEvent happened) => _inbox.Writer.TryWrite(happened);

    public async ValueTask DisposeAsync()
    {
        _inbox.Writer.TryComplete();
        await _loop;
        await _alarm.DisposeAsync();
    }

    private async Task RunAsync()
    {
        await foreach (var happened in _inbox.Reader.ReadAllAsync())
        {
            try
            {
                Step(happened);
            }
#pragma warning disable CA1031 // A bug in one decision must not leave the group's workers without a supervisor.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _logger.StepFailed(_state.Name, happened, exception);
            }

            if (_state.IsFinished)
            {
                return;
            }
        }
    }

    private void Step(GroupEvent happened)
    {
        var now = Now;
        var plan = GroupPlanner.Plan(GroupReducer.Apply(_state, happened, now, Random.Shared.NextDouble()), now);
        _state = plan.State;
        _actions.Start(plan, Post);
        _alarm.Change(plan.WakeUp is { } at ? Clamp(at - now) : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private static TimeSpan Clamp(TimeSpan wait) => wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
}
