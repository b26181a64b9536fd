using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// Reads files that lie where an app's user may write. None of them holds us up (a named pipe) or fills our memory (a device, a
/// file of /proc). A front door that is root could be made to read any file of the machine by a link, and follows none; one that
/// is not root can read nothing that its workers could not.
/// </summary>
internal static class GuardedFile
{
    private const int MaxBytes = 4 << 20;

    /// <exception cref="IOException">It cannot be read, or a link leads to it.</exception>
    public static string ReadAllText(string path)
    {
        using var stream = Open(path, static (_, _, _) => { });
        return ReadText(stream, path);
    }

    /// <summary>For files that decide what a worker does: they must belong to root, to us, to its user, or to the folder's owner.</summary>
    /// <exception cref="IOException">It cannot be read, a link leads to it, or somebody else may have written it.</exception>
    public static string ReadOwned(string path, string? user)
    {
        using var stream = Open(path, (folder, file, name) => CheckOwner(folder, FileStatus.Of(file, name), path, user));
        return ReadText(stream, path);
    }

    /// <summary>For secrets of ours: the file must belong to root or to us, and nobody else may do anything with it.</summary>
    /// <exception cref="IOException">It cannot be read, or is not private.</exception>
    public static string ReadPrivate(string path)
    {
        using var stream = Open(path, static (_, _, _) => { });
        if (OperatingSystem.IsLinux())
        {
            CheckPrivate(FileStatus.Of(stream.SafeFileHandle, path), path);
        }

        return ReadText(stream, path);
    }

    /// <summary>At most so many bytes of its beginning.</summary>
    /// <exception cref="IOException">It cannot be read, or a link leads to it.</exception>
    public static byte[] ReadHead(string path, int length)
    {
        using var stream = Open(path, static (_, _, _) => { });
        return ReadUpTo(stream, length);
    }

    private static FileStream Open(string path, Action<GuardedFolder, SafeFileHandle, string> check)
    {
        if (!OperatingSystem.IsLinux())
        {
            return File.OpenRead(path);
        }

        if (!UnixUser.IsRoot)
        {
            return new(OpenPlain(path), FileAccess.Read);
        }

        using var folder = GuardedFolder.Open(Path.GetDirectoryName(path)!);
        var file = folder.OpenToRead(Path.GetFileName(path));
        try
        {
            check(folder, file, path);
            return new(file, FileAccess.Read);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static SafeFileHandle OpenPlain(string path)
    {
        var descriptor = Libc.Open(path, Libc.OReadOnly | Libc.ONonBlock | Libc.ONoTerminal | Libc.OCloseOnExec);
        if (descriptor < 0)
        {
            throw new IOException($"'{path}' cannot be opened: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
        }

        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        if (FileStatus.Of(file, path).IsRegular)
        {
            return file;
        }

        file.Dispose();
        throw new IOException($"'{path}' is no regular file.");
    }

    private static string ReadText(FileStream stream, string path)
    {
        var content = ReadUpTo(stream, MaxBytes + 1);
        if (content.Length > MaxBytes)
        {
            throw new IOException($"'{path}' is larger than {MaxBytes >> 20} MiB.");
        }

        using var reader = new StreamReader(new MemoryStream(content), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    // What the file says of its length is no bound: one of /proc has a length of 0, and any other may grow.
    private static byte[] ReadUpTo(FileStream stream, int length)
    {
        var content = new byte[(int)Math.Min(Math.Max(stream.Length + 1, Environment.SystemPageSize), length)];
        var count = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        while (count == content.Length && count < length)
        {
            Array.Resize(ref content, Math.Min(2 * count, length));
            count += stream.ReadAtLeast(content.AsSpan(count), content.Length - count, throwOnEndOfStream: false);
        }

        return content[..count];
    }

    private static void CheckPrivate(FileStatus file, string path)
    {
        if (file.User is not UnixUser.Root && file.User != Libc.GetEffectiveUser())
        {
            throw new IOException($"'{path}' belongs to user {file.User}, who is neither root nor the front door's user.");
        }

        if (!file.IsPrivate)
        {
            throw new IOException($"'{path}' may be read or changed by others than its owner.");
        }
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
