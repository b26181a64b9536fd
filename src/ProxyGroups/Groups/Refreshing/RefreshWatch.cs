using Microsoft.Extensions.Logging;
using ProxyGroups.Configuration;
using ProxyGroups.Supervision;

namespace ProxyGroups.Groups.Refreshing;

/// <summary>Gives application groups with Refresh a fresh generation when <see cref="RefreshPlan"/> says so, one process group after the other.</summary>
internal sealed class RefreshWatch(ProcessGroupRegistry registry, GroupHost host) : IDisposable
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(1);
    private const int LooksWhileSettling = 10;

    private const double MebiByte = 1 << 20;

    // Rolls last as long as requests do; the next group need not wait for one that is stuck.
    private static readonly TimeSpan LongestRoll = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = host.Loggers.CreateLogger(GroupLog.Category);
    private readonly Dictionary<string, RefreshPlan> _plans = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource _ended = new();
    private volatile ProxyGroupsSettings _settings = new();
    private Task? _loop;

    private IReadOnlyList<KeyValuePair<string, ApplicationGroupSettings>> Refreshed => [.. _settings.ApplicationGroups.Where(static group => group.Value.Refresh)];

    /// <summary>Called one at a time.</summary>
    public void Apply(ProxyGroupsSettings settings)
    {
        _settings = settings;
        if (settings.ApplicationGroups.Values.Any(static group => group.Refresh))
        {
            _loop ??= Task.Run(WatchAsync);
        }
    }

    public void Dispose() => _ended.Cancel();

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                var interval = Refreshed.Select(static group => group.Value.RefreshAfter / LooksWhileSettling).Append(LongestInterval).Min();
                await Task.Delay(interval, host.Time, _ended.Token);
                foreach (var (name, settings) in Refreshed)
                {
                    await TryLookAsync(name, settings.RefreshAfter);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The front door ends.
        }
    }

    private async Task TryLookAsync(string name, TimeSpan settling)
    {
        try
        {
            await LookAsync(name, settling);
        }
#pragma warning disable CA1031 // The next look may go well.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            _logger.RefreshFailed(name, exception);
        }
    }

    private async Task LookAsync(string name, TimeSpan settling)
    {
        IReadOnlyList<ProcessGroup> groups = [.. registry.All.Where(group => name.Equals(group.Settings.ApplicationGroup, StringComparison.OrdinalIgnoreCase) && group.Runtime.CanShare)];
        var usage = await host.LookAtUsageAsync(groups);
        var facts = RefreshFacts.Of([.. groups.Select(static group => (group.State, group.Now))], usage, registry.Learned.Where(view => name.Equals(view.ApplicationGroup, StringComparison.OrdinalIgnoreCase)));
        if (facts is null)
        {
            return;
        }

        var last = _plans.GetValueOrDefault(name);
        var plan = _plans[name] = _plans.GetValueOrDefault(name, new()).Look(facts, groups[0].Now, settling);
        if (plan.Saved is { } saved && last?.Saved != saved)
        {
            _logger.SharingSettled(name, saved / MebiByte);
        }

        if (plan.IsDue)
        {
            _logger.Refreshes(name, plan.Gain / MebiByte, facts.Used / MebiByte);
            foreach (var group in groups)
            {
                await RollAsync(group);
            }
        }
    }

    private async Task RollAsync(ProcessGroup group)
    {
        if (!group.TryRestart(WorkerReason.Refreshed))
        {
            return;
        }

        var (begun, generation) = (host.Time.GetTimestamp(), group.GenerationsAsked);
        while (host.Time.GetElapsedTime(begun) < LongestRoll && (group.State.Generation < generation || RollPlan.IsRolling(group.State)))
        {
            await Task.Delay(LookInterval, host.Time, _ended.Token);
        }
    }
}
