using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace ProxyGroups.Host;

/// <summary>
/// A folder whose settings files are looked at once a second, and nothing else in it. .NET's own provider has the kernel watch every folder below, which are
/// the apps' with all that they hold and write: each write wakes it, and many folders use up what a user may watch (inotify(7), max_user_watches). Any thread.
/// </summary>
internal sealed class SettingsFolder(string root, TimeProvider time) : IFileProvider, IDisposable
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly PhysicalFileProvider _files = new(root);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Watched> _watched = new(StringComparer.Ordinal);
    private ITimer? _timer;

    public IFileInfo GetFileInfo(string subpath) => _files.GetFileInfo(subpath);

    public IDirectoryContents GetDirectoryContents(string subpath) => _files.GetDirectoryContents(subpath);

    /// <param name="filter">The path of one file, which need not be there yet.</param>
    public IChangeToken Watch(string filter)
    {
        lock (_gate)
        {
            _timer ??= time.CreateTimer(_ => Look(), null, Interval, Interval);
            if (!_watched.TryGetValue(filter, out var watched))
            {
                _watched[filter] = watched = new Watched(StampOf(filter));
            }

            return new CancellationChangeToken(watched.Change.Token);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _timer?.Dispose();
            foreach (var watched in _watched.Values)
            {
                watched.Change.Dispose();
            }

            _watched.Clear();
        }

        _files.Dispose();
    }

    private void Look()
    {
        lock (_gate)
        {
            foreach (var (path, watched) in _watched)
            {
                if (StampOf(path) is var now && now != watched.Stamp)
                {
                    // The stamp stays: a change before somebody watches again is seen, too.
                    var change = watched.Change;
                    (watched.Stamp, watched.Change) = (now, new CancellationTokenSource());
                    // Whoever hears of it may read the file at once, or wait for its end.
                    _ = change.CancelAsync();
                }
            }
        }
    }

    // Of what a link leads to in the end: so are settings mounted into containers. What cannot be seen is not there.
    private FileStamp StampOf(string path)
    {
        var file = new FileInfo(Path.Combine(_files.Root, path));
        try
        {
            // Most files that may be there are not: to ask for the end of one costs an exception.
            var end = file is { Exists: true, LinkTarget: not null } ? file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo : file;
            return end is { Exists: true } ? new FileStamp(end.LastWriteTimeUtc, end.Length) : default;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    private readonly record struct FileStamp(DateTime Modified, long Length);

    private sealed class Watched(FileStamp stamp)
    {
        public FileStamp Stamp { get; set; } = stamp;

        public CancellationTokenSource Change { get; set; } = new();
    }
}
