using System.Runtime.Versioning;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Supervision;

/// <summary>Folders that only our user may enter, made and removed without trusting what stands there.</summary>
internal static class PrivateFolder
{
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

    /// <summary>Removes the folder and the files right in it. An app that still writes there, or wrote deeper, keeps its part.</summary>
    public static void Remove(string path)
    {
        if (!Directory.Exists(path))
        {
            return;
        }

        try
        {
            foreach (var file in Directory.GetFiles(path))
            {
                File.Delete(file);
            }

            Directory.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Left for the sweep of the next start.
        }
    }

    private static void CreateCore(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, OwnerOnly);
        Check(path);
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
