using System.Text;
using Microsoft.Extensions.Logging;
using ProxyGroups.Configuration;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Groups;

/// <summary>Looks after the file of Maintenance:Page of one group. Called by one thread at a time.</summary>
internal sealed class MaintenancePage(string group, ILogger logger)
{
    internal const int Largest = 256 << 10;

    private (string? Path, WriteStamp Stamp) _last;
    private volatile MaintenanceNotice? _notice;
    private string? _refusal;

    /// <summary>What the file says now; null: no maintenance.</summary>
    public MaintenanceNotice? Notice => _notice;

    /// <summary>Costs one look at the directory entry unless the file has changed, or was refused: another owner or mode shows in no stamp.</summary>
    public void Look(string directory, ProcessGroupSettings settings)
    {
        var page = settings.Maintenance.Page;
        var now = page is null ? default : Find(Path.Combine(directory, page));
        if (now == _last && _refusal is null)
        {
            return;
        }

        var before = _notice;
        _last = now;
        _notice = now.Path is null ? null : Read(now.Path, page!, settings.Worker.User);
        _refusal = now.Path is null ? null : _refusal;
        if (before is null != _notice is null)
        {
            logger.MaintenanceChanged(group, _notice is null ? "out of maintenance" : "in maintenance: new requests get 503 and no worker is asked", page ?? "its page");
        }
    }

    private static (string? Path, WriteStamp Stamp) Find(string path) =>
        new FileInfo(path) is { Exists: true } file ? (path, new WriteStamp(file.LastWriteTimeUtc.Ticks, file.Length)) : default;

    private MaintenanceNotice? Read(string path, string page, string? user)
    {
        try
        {
            var content = Encoding.UTF8.GetBytes(GuardedFile.ReadOwned(path, user));
            _refusal = null;
            if (content.Length <= Largest)
            {
                return MaintenanceNotice.Of(content, page);
            }

            logger.PageRefused(group, page, $"it has {content.Length} bytes; write at most {Largest}. A page of ours stands in");
            return MaintenanceNotice.Ours;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Refuse(page, exception.Message.TrimEnd('.'));
            return null;
        }
    }

    // Told once, however often it is tried.
    private void Refuse(string page, string refusal)
    {
        if (refusal != _refusal)
        {
            logger.PageRefused(group, page, refusal);
            _refusal = refusal;
        }
    }
}
