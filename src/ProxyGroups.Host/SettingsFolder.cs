using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.FileProviders.Physical;
using Microsoft.Extensions.Primitives;

namespace ProxyGroups.Host;

/// <summary>
/// A folder whose settings files are looked at once a second, and nothing else in it. .NET's own provider has the kernel watch every folder below, which are
/// the apps' with all that they hold and write: each write wakes it, and many folders use up what a user may watch (inotify(7), max_user_watches). Any thread.
/// </summary>
internal sealed class SettingsFolder(string root, TimeProvider time) : IFileProvider, IDisposable
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly PhysicalFileProvider _files = new(root, ExclusionFilters.None);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Watched> _watched = new(StringComparer.Ordinal);
    private ITimer? _timer;

    /// <summary>No file where there is none of the regular kind: who opens a pipe waits for its other end, and a device may have none.</summary>
    public IFileInfo GetFileInfo(string subpath) => StampOf(subpath) is var stamp && stamp == default ? new NotFoundFileInfo(subpath)
        : SettingsSize.Fault((long)stamp.Length) is { } fault ? new TooLargeFile(_files.GetFileInfo(subpath), fault)
        : _files.GetFileInfo(subpath);

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
        // Where a disk does not answer, one look waits for it and not one more each second.
        if (!_gate.TryEnter())
        {
            return;
        }

        try
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
        finally
        {
            _gate.Exit();
        }
    }

    private FileStamp StampOf(string path) => FileStamp.Of(Path.Combine(_files.Root, path));

    /// <summary>It can be seen and not read.</summary>
    private sealed class TooLargeFile(IFileInfo file, string fault) : IFileInfo
    {
        public bool Exists => true;

        public long Length => file.Length;

        public string? PhysicalPath => file.PhysicalPath;

        public string Name => file.Name;

        public DateTimeOffset LastModified => file.LastModified;

        public bool IsDirectory => false;

        public Stream CreateReadStream() => throw new IOException(fault);
    }

    private sealed class Watched(FileStamp stamp)
    {
        public FileStamp Stamp { get; set; } = stamp;

        public CancellationTokenSource Change { get; set; } = new();
    }
}
