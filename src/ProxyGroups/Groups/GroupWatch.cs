using Microsoft.Extensions.Logging;
using ProxyGroups.Configuration;

namespace ProxyGroups.Groups;

/// <summary>
/// Looks at the files of an app that mean something to its group: those of Restart:Watch and the maintenance page. By looking once
/// a second: kernel watches run out with many folders, lose events without a word when they come fast, and see nothing on network disks.
/// </summary>
internal sealed class GroupWatch(ProcessGroup group, GroupHost host) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // Looking takes at most this share of one core, however many files there are.
    private const int TimeToCostRatio = 50;

    private readonly ILogger _logger = host.Loggers.CreateLogger(GroupLog.Category);
    private readonly MaintenancePage _page = new(group.Name, host.Loggers.CreateLogger(GroupLog.Category));
    private readonly Lock _gate = new();
    private CancellationTokenSource? _running;
    private Task _loop = Task.CompletedTask;
    private (string Directory, IReadOnlyList<string> Patterns, IReadOnlyDictionary<string, AppSettings> Apps)? _watching;
    private Dictionary<string, WriteStamp> _known = [];
    private string? _trouble;

    /// <summary>The file of Maintenance:Page, read; null: there is none.</summary>
    public MaintenanceNotice? Notice => _page.Notice;

    /// <summary>Begins, changes over to the group's newest settings, or ends where they name no file.</summary>
    public void Follow()
    {
        lock (_gate)
        {
            _running?.Cancel();
            _running = new CancellationTokenSource();
            var (before, settings, token) = (_loop, group.Settings, _running.Token);
            _loop = Task.Run(() => WatchAsync(before, settings, token));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _running?.Cancel();
        }
    }

    private async Task WatchAsync(Task before, ProcessGroupSettings settings, CancellationToken token)
    {
        await before;
        var directory = Path.GetFullPath(settings.Directory, host.Runtimes.ContentRoot);
        try
        {
            for (var wait = TimeSpan.Zero; IsWanted(settings) || wait == TimeSpan.Zero;)
            {
                await Task.Delay(wait, host.Time, token);
                var start = host.Time.GetTimestamp();
                var changed = Look(directory, settings);
                wait = host.Time.GetElapsedTime(start) * TimeToCostRatio is var paced && paced > Interval ? paced : Interval;
                if (changed is not null)
                {
                    await SettleAsync(directory, settings, token);
                    Restart(Path.GetRelativePath(directory, changed));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The settings have changed, or the group is gone.
        }
    }

    private static bool IsWanted(ProcessGroupSettings settings) => settings.Restart.Watch.Count > 0 || settings.Maintenance.Page is not null;

    private string? Look(string directory, ProcessGroupSettings settings)
    {
        string? changed = null;
        var (ofFiles, ofPage) = (Trouble(() => changed = Changed(directory, settings)), Trouble(() => _page.Look(directory, settings)));
        var trouble = ofFiles ?? ofPage;
        if (trouble is not null && trouble.Message != _trouble)
        {
            _logger.LookFailed(group.Name, directory, trouble);
        }

        _trouble = trouble?.Message;
        return changed;
    }

    private static Exception? Trouble(Action look)
    {
        try
        {
            look();
            return null;
        }
#pragma warning disable CA1031 // The next look may go well, and a watch that had ended would be noticed at the deploy that nothing follows.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception;
        }
    }

    // The first look at other patterns only learns what there is.
    private string? Changed(string directory, ProcessGroupSettings settings)
    {
        var (patterns, apps) = (settings.Restart.Watch, settings.Apps);
        var isKnown = _watching is { } watching && watching.Directory == directory && watching.Patterns.Equals(patterns) && watching.Apps.Equals(apps);
        var (before, now) = (_known, new WatchedFiles(directory, patterns, [.. apps.Values.Select(app => app.DirectoryFrom(directory))]).Read());
        (_watching, _known) = ((directory, patterns, apps), now);
        return isKnown ? WatchedFiles.FirstChange(before, now) : null;
    }

    private async Task SettleAsync(string directory, ProcessGroupSettings settings, CancellationToken token)
    {
        do
        {
            await Task.Delay(settings.Restart.Debounce, host.Time, token);
        }
        while (Look(directory, settings) is not null);
    }

    private void Restart(string changed)
    {
        if (group.TryRestart(Supervision.WorkerReason.FilesChanged))
        {
            _logger.FileChanged(group.Name, changed);
        }
    }
}
