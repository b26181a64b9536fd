using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ProxyGroups.Supervision.Linux;

/// <summary>Who owns a file, without following a link.</summary>
internal static class FileOwner
{
    public static uint Of(string path) => FileStatus.Of(path).User;

    public static void Give(string path, UnixUser user)
    {
        if (Libc.ChangeOwner(path, user.Id, user.Group) is not 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Cannot give '{path}' to '{user.Name}'.");
        }
    }
}
