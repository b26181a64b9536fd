using System.Runtime.Versioning;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Supervision;

/// <summary>Folders that only our user may enter, made and removed without trusting what stands there.</summary>
internal static class PrivateFolder
{
    // Each level holds a descriptor.
    private const int MaxDepth = 64;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <exception cref="LaunchException">It is a link, or belongs to somebody else, or cannot be made.</exception>
    public static void Create(string path)
    {
        try
        {
            CreateCore(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException($"Folder '{path}' cannot be made: {exception.Message}", "Make it writable, or name a folder of this user in RuntimeDirectory.", exception);
        }
    }

    /// <summary>Removes the folder with all that an app put there. No link is followed, also none that appears meanwhile.</summary>
    /// <returns>False: something of it is still there.</returns>
    public static bool Remove(string path)
    {
        if (!Directory.Exists(path))
        {
            return true;
        }

        try
        {
            var isRoot = OperatingSystem.IsLinux() && UnixUser.IsRoot;
            if (isRoot)
            {
                using var folder = GuardedFolder.Open(path);
                Empty(folder, 0);
            }

            Directory.Delete(path, recursive: !isRoot);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Left for the sweep of the next start.
            return false;
        }
    }

    // By the folders that are held open: a path could lead root elsewhere by the time it is used.
    private static void Empty(GuardedFolder folder, int depth)
    {
        foreach (var entry in new DirectoryInfo(folder.PathOf(".")).GetFileSystemInfos())
        {
            if (entry is FileInfo || entry.LinkTarget is not null)
            {
                File.Delete(folder.PathOf(entry.Name));
            }
            else if (depth < MaxDepth)
            {
                using (var inner = folder.OpenFolder(entry.Name))
                {
                    Empty(inner, depth + 1);
                }

                Directory.Delete(folder.PathOf(entry.Name));
            }
        }
    }

    private static void CreateCore(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        if (!Directory.Exists(path))
        {
            CheckWay(TrustedPath.NearestFolder(path), path);
        }

        Directory.CreateDirectory(path, OwnerOnly);
        Check(path);
        CheckWay(path, path);
    }

    private static void CheckWay(string folder, string path)
    {
        if (OperatingSystem.IsLinux() && UnixUser.IsRoot && !TrustedPath.IsOfRootAlone(folder))
        {
            throw new LaunchException($"Folder '{path}' lies below a folder that another user may change.", "Name one below folders of root's, such as \"/run/proxygroups\", in RuntimeDirectory.");
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void Check(string path)
    {
        if (new DirectoryInfo(path).LinkTarget is { } target)
        {
            throw new LaunchException($"Folder '{path}' is a link to '{target}'.", "Remove the link: sockets and records must lie where nobody else can put them.");
        }

        if (OperatingSystem.IsLinux() && FileOwner.Of(path) is var owner && owner != Libc.GetEffectiveUser())
        {
            throw new LaunchException($"Folder '{path}' belongs to user {owner}.", "Remove it, or run the front door as that user.");
        }

        if ((File.GetUnixFileMode(path) & WritableByOthers) is not 0)
        {
            throw new LaunchException($"Folder '{path}' may be written by others.", $"Run chmod 700 '{path}'.");
        }
    }
}
