using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// Reads files that lie where an app's user may write. A front door that is root could otherwise be made to read any file of
/// the machine by a link; one that is not root can read nothing that its workers could not.
/// </summary>
internal static class GuardedFile
{
    private const int MaxBytes = 4 << 20;

    /// <exception cref="IOException">It cannot be read, or a link leads to it.</exception>
    public static string ReadAllText(string path) => IsGuarded ? Read(path, static (_, _, _) => { }) : File.ReadAllText(path);

    /// <summary>For files that decide what a worker does: they must belong to root, to us, to its user, or to the folder's owner.</summary>
    /// <exception cref="IOException">It cannot be read, a link leads to it, or somebody else may have written it.</exception>
    public static string ReadOwned(string path, string? user) =>
        IsGuarded ? Read(path, (folder, file, name) => CheckOwner(folder, FileStatus.Of(file, name), path, user)) : File.ReadAllText(path);

    private static bool IsGuarded => OperatingSystem.IsLinux() && UnixUser.IsRoot;

    private static string Read(string path, Action<GuardedFolder, SafeFileHandle, string> check)
    {
        using var folder = GuardedFolder.Open(Path.GetDirectoryName(path)!);
        using var file = folder.OpenToRead(Path.GetFileName(path));
        check(folder, file, path);
        using var stream = new FileStream(file, FileAccess.Read);
        if (stream.Length > MaxBytes)
        {
            throw new IOException($"'{path}' is larger than {MaxBytes >> 20} MiB.");
        }

        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static void CheckOwner(GuardedFolder folder, FileStatus file, string path, string? user)
    {
        if (file.User is not UnixUser.Root && file.User != folder.Owner && (user is null || UnixUser.Find(user)?.Id != file.User))
        {
            throw new IOException($"'{path}' belongs to user {file.User}, who is neither root, nor the worker's user, nor the owner of the folder.");
        }

        if (file.IsWritableByEveryone)
        {
            throw new IOException($"'{path}' may be written by everybody.");
        }
    }
}
