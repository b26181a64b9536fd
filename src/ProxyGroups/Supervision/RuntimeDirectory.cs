using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Supervision;

/// <summary>
/// The front door's private folder for sockets, records and the Python package; never in the temp folder, where others may
/// prepare names. One per front door, named by its content root and held by a lock as long as it runs.
/// <para>Layout: <c>lock</c>, <c>mark</c>, <c>learned.json</c>, <c>admin.sock</c>, <c>workers/ID.json</c>, <c>wID/</c> with one worker's sockets, <c>python/proxygroups/</c>.</para>
/// </summary>
internal sealed class RuntimeDirectory : IDisposable
{
    /// <summary>sun_path of unix(7), less the closing zero.</summary>
    public const int MaxSocketPathBytes = 107;

    private const string BaseOfRoot = "/run/proxygroups";
    private const string AdminSocketName = "admin.sock";
    private const int MaxFrontDoorsPerContentRoot = 64;
    private const UnixFileMode Everyone = (UnixFileMode)0b111_101_101;
    private const UnixFileMode ReadableByEveryone = (UnixFileMode)0b110_100_100;
    private const UnixFileMode WritableByEveryone = (UnixFileMode)0b110_110_110;
    private const UnixFileMode PassableByEveryone = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly string _base;
    private readonly FileStream _lock;

    private RuntimeDirectory(string baseDirectory, string path, FileStream heldLock)
    {
        _base = baseDirectory;
        _lock = heldLock;
        Location = path;
        Records = new(Path.Combine(path, "workers"));
        PreviousMark = File.Exists(MarkFile) ? File.ReadAllText(MarkFile) : null;
        Mark = Guid.NewGuid().ToString("N");
        File.WriteAllText(MarkFile, Mark);
    }

    public string Location { get; }

    /// <summary>The folder of another front door that runs with the same content root; null: there is none.</summary>
    public string? Neighbour { get; private init; }

    public WorkerRecords Records { get; }

    /// <summary>Names this life of the front door; part of every worker's environment.</summary>
    public string Mark { get; }

    /// <summary>The mark of a front door that had this folder and did not end orderly.</summary>
    public string? PreviousMark { get; }

    private string MarkFile => Path.Combine(Location, "mark");

    private string LearnedFile => Path.Combine(Location, "learned.json");

    /// <exception cref="LaunchException">The folder cannot be used; the message says why.</exception>
    public static RuntimeDirectory Open(string contentRoot) => Open(DefaultBase(), contentRoot);

    public static RuntimeDirectory Open(string baseDirectory, string contentRoot)
    {
        PrivateFolder.Create(baseDirectory);
        foreach (var path in FoldersOf(baseDirectory, contentRoot))
        {
            CheckLength(path);
            PrivateFolder.Create(path);
            if (TryLock(Path.Combine(path, "lock")) is { } held)
            {
                return new(baseDirectory, path, held) { Neighbour = FoldersOf(baseDirectory, contentRoot).First() is { } first && first != path ? first : null };
            }
        }

        throw new LaunchException($"All folders '{FoldersOf(baseDirectory, contentRoot).First()}*' are locked.", "See what else runs with this content root.");
    }

    /// <summary>Admin sockets that exist for a content root, below <paramref name="configured"/> or where this user's or root's front doors keep them.</summary>
    public static IReadOnlyList<string> FindAdminSockets(string? configured, string contentRoot)
    {
        IReadOnlyList<string> bases = configured is null ? [.. DefaultBases().Distinct()] : [Path.GetFullPath(configured, contentRoot)];
        return [.. bases.SelectMany(folder => FoldersOf(folder, contentRoot)).Select(static folder => Path.Combine(folder, AdminSocketName)).Where(File.Exists)];
    }

    public string SocketPath(int worker) => Path.Combine(WorkerFolder(worker), "http.sock");

    public string NotifySocketPath(int worker) => Path.Combine(WorkerFolder(worker), "notify.sock");

    /// <summary>Where who steers the front door connects.</summary>
    public string AdminSocketPath => Path.Combine(Location, AdminSocketName);

    /// <summary>Removes the admin socket, also one that a front door left behind: while the lock is held nobody else's can be there.</summary>
    public void RemoveAdminSocket() => File.Delete(AdminSocketPath);

    /// <summary>Lets every user connect to the admin socket; who may do what is decided by the connection's user.</summary>
    [UnsupportedOSPlatform("windows")]
    public void OpenAdminSocketToUsers()
    {
        LetPass(_base);
        LetPass(Location);
        File.SetUnixFileMode(AdminSocketPath, WritableByEveryone);
    }

    /// <summary>Makes the worker's own folder, empty.</summary>
    public void CreateWorkerFolder(int worker)
    {
        if (!PrivateFolder.Remove(WorkerFolder(worker)))
        {
            // What an app left so that it cannot be removed must not stand in another app's way.
            Directory.Move(WorkerFolder(worker), Path.Combine(Location, $"left-{Guid.NewGuid():N}"));
        }

        PrivateFolder.Create(WorkerFolder(worker));
    }

    /// <summary>Gives the worker's folder to the user that the worker runs as. Last, since from then on its content is the user's.</summary>
    public void HandOver(int worker, UnixUser user)
    {
        if (!OperatingSystem.IsWindows())
        {
            LetPass(_base);
            LetPass(Location);
            FileOwner.Give(WorkerFolder(worker), user);
        }
    }

    /// <summary>Removes the folder with all that is in it; links are removed, never followed.</summary>
    public void RemoveWorkerFolder(int worker) => PrivateFolder.Remove(WorkerFolder(worker));

    /// <summary>Worker folders that exist, of this life or an earlier one.</summary>
    public IReadOnlyList<string> FindWorkerFolders() => Directory.GetDirectories(Location, "w*").Where(folder => Path.GetFileName(folder) != "workers").ToList();

    /// <summary>Copies the Python package to where every worker's user can read it; returns the copy's folder.</summary>
    public string InstallPythonPackage(string source)
    {
        var target = Path.Combine(Location, "python", "proxygroups");
        if (Directory.Exists(target))
        {
            Directory.Delete(target, recursive: true);
        }

        CreateReadable(Path.GetDirectoryName(target)!);
        CreateReadable(target);
        foreach (var folder in Directory.GetDirectories(source, "*", SearchOption.AllDirectories).Where(folder => Path.GetFileName(folder) != "__pycache__"))
        {
            CreateReadable(Path.Combine(target, Path.GetRelativePath(source, folder)));
        }

        foreach (var file in Directory.GetFiles(source, "*.py", SearchOption.AllDirectories))
        {
            CopyReadable(file, Path.Combine(target, Path.GetRelativePath(source, file)));
        }

        return target;
    }

    /// <summary>Gives the lock back. Without the mark the next front door knows that nothing was left behind.</summary>
    public void Dispose()
    {
        File.Delete(MarkFile);
        _lock.Dispose();
    }

    /// <summary>What <see cref="WriteLearned"/> wrote; null: nothing.</summary>
    public string? ReadLearned() => File.Exists(LearnedFile) ? File.ReadAllText(LearnedFile) : null;

    /// <summary>Keeps modules that were learned, whole or not at all.</summary>
    public void WriteLearned(string text)
    {
        File.WriteAllText(LearnedFile + ".new", text);
        File.Move(LearnedFile + ".new", LearnedFile, overwrite: true);
    }

    // One for each front door that may run with this content root.
    private static IEnumerable<string> FoldersOf(string baseDirectory, string contentRoot)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.TrimEndingDirectorySeparator(Path.GetFullPath(contentRoot)))))[..8];
        return Enumerable.Range(1, MaxFrontDoorsPerContentRoot)
            .Select(number => Path.Combine(baseDirectory, number is 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{number}")));
    }

    private static IEnumerable<string> DefaultBases()
    {
        if (OperatingSystem.IsLinux())
        {
            yield return BaseOfRoot;
        }

        // Of a user without a home nothing can be there.
        if (Path.IsPathRooted(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)) || Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 })
        {
            yield return DefaultBase();
        }
    }

    private static string DefaultBase() =>
        OperatingSystem.IsLinux() && UnixUser.IsRoot ? BaseOfRoot
        : Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime ? Path.Combine(runtime, "proxygroups")
        : OperatingSystem.IsWindows() ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "proxygroups")
        : BelowHome(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    // .NET gives an empty text for a home that does not exist, as users of services have; a relative path would mean another folder to each worker.
    internal static string BelowHome(string home) => Path.IsPathRooted(home)
        ? Path.Combine(home, ".local", "state", "proxygroups")
        : throw new LaunchException($"User '{Environment.UserName}' has no home folder, and XDG_RUNTIME_DIR is not set.", "Name a folder of this user in RuntimeDirectory (systemd: RuntimeDirectory=proxygroups makes \"/run/proxygroups\").");

    private string WorkerFolder(int worker) => Path.Combine(Location, string.Create(CultureInfo.InvariantCulture, $"w{worker}"));

    private static void CheckLength(string path)
    {
        var longest = Path.Combine(path, $"w{int.MaxValue}", "notify.sock");
        if (Encoding.UTF8.GetByteCount(longest) > MaxSocketPathBytes)
        {
            throw new LaunchException($"The runtime folder '{path}' is too long: a socket's path may have {MaxSocketPathBytes} bytes.", "Name a shorter path in RuntimeDirectory.");
        }
    }

    // FileShare.None is flock(2) on Unix: it ends with the process, however that ends.
    private static FileStream? TryLock(string file)
    {
        try
        {
            return new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    // Adds to what others may: the person may have named a folder that has other uses, such as /run.
    [UnsupportedOSPlatform("windows")]
    private static void LetPass(string folder) => File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | PassableByEveryone);

    private static void CreateReadable(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, Everyone);
        }
    }

    private static void CopyReadable(string from, string to)
    {
        File.Copy(from, to, overwrite: true);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(to, ReadableByEveryone);
        }
    }
}
