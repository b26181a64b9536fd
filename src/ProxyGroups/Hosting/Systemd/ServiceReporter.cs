using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ProxyGroups.Admin;
using ProxyGroups.Configuration;
using ProxyGroups.Groups;

namespace ProxyGroups.Hosting.Systemd;

/// <summary>
/// Keeps the service manager informed. READY=1: we listen, and each group serves, is idle or stopped, or has failed to start
/// (one broken app must not keep the others' unit from starting). RELOADING=1 until each group has gone over or could not.
/// </summary>
internal sealed class ServiceReporter(
    ServiceNotifier notifier,
    ProcessGroupRegistry groups,
    GroupCommands commands,
    SettingsStore settings,
    IOptions<HostOptions> host,
    TimeProvider time) : IHostedLifecycleService, IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan AskForPatienceEvery = TimeSpan.FromSeconds(5);

    // A group's loop takes milliseconds.
    private static readonly TimeSpan HearingTime = TimeSpan.FromSeconds(5);

    // Each group bounds its own start; what systemd is to notice is that nobody watches them any more.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _work = Task.CompletedTask;
    private bool _isReady;
    private bool _isReloading;
    private bool _isStopping;
    private string _said = string.Empty;
    private long _saidAt;
    private long _reloadedAt;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        commands.ReloadBegins += BeginReload;
        commands.ReloadTaken += EndReload;
        _work = Task.Run(ReportAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _isStopping = true;
            // The groups' own times count, so TimeoutStopSec need not follow each change of them.
            notifier.Stopping(host.Value.ShutdownTimeout + Patience);
        }

        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        commands.ReloadBegins -= BeginReload;
        commands.ReloadTaken -= EndReload;
        await _stop.CancelAsync();
        await _work;
        _stop.Dispose();
    }

    private async Task ReportAsync()
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        try
        {
            do
            {
                Report();
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // We end.
        }
    }

    private void Report()
    {
        lock (_gate)
        {
            if (!_isReloading && !_isStopping)
            {
                Report(new GroupTally([.. groups.All.Select(Look)]));
            }
        }
    }

    // The question before the answer: a generation asked for in between counts as not heard of. One that a group did not take, since it was
    // stopped at that moment, is never heard of.
    private GroupTally.Entry Look(ProcessGroup group)
    {
        var asked = time.GetElapsedTime(_reloadedAt) < HearingTime ? group.GenerationsAsked : 0;
        return new(group.State, asked);
    }

    private void Report(GroupTally tally)
    {
        var status = tally + (settings.Errors.Count == 0 ? string.Empty : "; the changed settings are wrong and were not taken: see the log");
        var isNews = status != _said;
        if (!_isReady && tally.IsSettled)
        {
            _isReady = true;
            notifier.Ready(status);
        }
        else if (!_isReady && (isNews || time.GetElapsedTime(_saidAt) >= AskForPatienceEvery))
        {
            notifier.Progress(status, Patience);
        }
        else if (isNews)
        {
            notifier.Say(status);
        }
        else
        {
            return;
        }

        (_said, _saidAt) = (status, time.GetTimestamp());
    }

    private void BeginReload()
    {
        lock (_gate)
        {
            if (!_isStopping)
            {
                (_isReady, _isReloading) = (false, true);
                notifier.Reloading(time);
            }
        }
    }

    private void EndReload()
    {
        lock (_gate)
        {
            (_isReloading, _reloadedAt) = (false, time.GetTimestamp());
        }
    }
}
