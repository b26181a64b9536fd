using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ProxyGroups.Supervision.Linux;

/// <summary>
/// A folder in which another user may write while we, perhaps as root, read or write files. Held open, so that nobody can put
/// another in its place; no link is followed that anybody but root may have made, and no file is touched that has a second
/// name (a hard link to a file of somebody else).
/// </summary>
internal sealed unsafe class GuardedFolder : IDisposable
{
    // The same number on every architecture; older kernels than 5.6 lack it.
    private const int OpenAt2 = 437;
    private const ulong NoLinksAtAll = 0x04;
    private const int CurrentDirectory = -100;
    private const int TooManyLinks = 40;

    private readonly string _path;
    private readonly SafeFileHandle _folder;
    private readonly bool _isOurs;

    private GuardedFolder(string path, SafeFileHandle folder, bool isOurs) => (_path, _folder, _isOurs) = (path, folder, isOurs);

    /// <exception cref="IOException">It cannot be opened, or is reached through a link that another user may have made.</exception>
    public static GuardedFolder Open(string path)
    {
        var isOurs = !UnixUser.IsRoot || TrustedPath.IsOfRootAlone(path);
        return new(path, Open(CurrentDirectory, path, Libc.OPath, isOurs ? 0 : NoLinksAtAll, path), isOurs);
    }

    /// <summary>Makes the folder where it is missing; as root only where nobody else could have led us elsewhere.</summary>
    public static GuardedFolder OpenOrCreate(string path)
    {
        if (!Directory.Exists(path) && (!UnixUser.IsRoot || TrustedPath.IsOfRootAlone(TrustedPath.NearestFolder(path))))
        {
            Directory.CreateDirectory(path);
        }

        return Open(path);
    }

    public uint Owner => FileStatus.Of(_folder, _path).User;

    /// <summary>A path by which .NET reaches a name in the very folder that is held.</summary>
    public string PathOf(string name) => string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{(int)_folder.DangerousGetHandle()}/{name}");

    /// <summary>A folder in it, not by a link.</summary>
    public GuardedFolder OpenFolder(string name) =>
        new(Path.Combine(_path, name), Open((int)_folder.DangerousGetHandle(), name, Libc.OPath, NoLinksAtAll, Path.Combine(_path, name)), _isOurs);

    public SafeFileHandle OpenToRead(string name) => OpenFile(name, Libc.OReadOnly);

    /// <summary>The file is made where it is missing; what is written goes to its end.</summary>
    public SafeFileHandle OpenToAppend(string name) => OpenFile(name, Libc.OReadWrite | Libc.OAppend | Libc.OCreate);

    public void Dispose() => _folder.Dispose();

    private SafeFileHandle OpenFile(string name, int flags)
    {
        // Without O_NONBLOCK a named pipe would hold us up.
        var file = Open((int)_folder.DangerousGetHandle(), name, flags | Libc.ONonBlock | Libc.ONoTerminal, NoLinksAtAll, Path.Combine(_path, name));
        var status = FileStatus.Of(file, name);
        if (status.IsRegular && (_isOurs || status.Links is 1))
        {
            return file;
        }

        file.Dispose();
        throw new IOException($"'{Path.Combine(_path, name)}' is no regular file, or has a second name elsewhere.");
    }

    private static SafeFileHandle Open(int directory, string path, int flags, ulong resolve, string name)
    {
        var how = new Libc.OpenHow { Flags = (ulong)(uint)(flags | Libc.OCloseOnExec), Mode = (flags & Libc.OCreate) is 0 ? 0ul : 0b110_100_000, Resolve = resolve };
        var descriptor = (int)Libc.SystemCall(OpenAt2, directory, path, &how, (nuint)sizeof(Libc.OpenHow));
        if (descriptor >= 0)
        {
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        var error = Marshal.GetLastPInvokeError();
        throw error is TooManyLinks
            ? new IOException($"'{name}' is a link, or is reached through one that another user may have made: it is not followed.")
            : new IOException($"'{name}' cannot be opened: {Marshal.GetPInvokeErrorMessage(error)}.");
    }
}
