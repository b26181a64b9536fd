using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ProxyGroups.Supervision.Linux;

/// <summary>Who owns a file, without following a link; statx(2) because its layout is the same on every architecture.</summary>
internal static unsafe class FileOwner
{
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint WantUser = 0x8;
    private const int ResultSize = 256;
    private const int UserOffset = 20;

    public static uint Of(string path)
    {
        var result = stackalloc byte[ResultSize];
        return Libc.Statx(CurrentDirectory, path, NoFollow, WantUser, result) is 0
            ? BitConverter.ToUInt32(new ReadOnlySpan<byte>(result + UserOffset, sizeof(uint)))
            : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Cannot look at '{path}'.");
    }

    public static void Give(string path, UnixUser user)
    {
        if (Libc.ChangeOwner(path, user.Id, user.Group) is not 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Cannot give '{path}' to '{user.Name}'.");
        }
    }
}
