using System.Runtime.InteropServices;

namespace ProxyGroups.Supervision.Linux;

/// <summary>A user of this machine, asked of the system's own name service (getpwnam_r(3)), so directories other than /etc/passwd count.</summary>
internal sealed record UnixUser(string Name, uint Id, uint Group, string Home)
{
    public const uint Root = 0;

    public static bool IsRoot => Libc.GetEffectiveUser() == Root;

    public static unsafe UnixUser? Find(string name)
    {
        for (var size = 1024; ; size *= 2)
        {
            var buffer = new byte[size];
            Libc.PasswordEntry entry;
            Libc.PasswordEntry* found;
            fixed (byte* start = buffer)
            {
                var error = Libc.GetUserByName(name, &entry, start, (nuint)size, &found);
                if (error == Libc.BufferTooSmall)
                {
                    continue;
                }

                return error is not 0 || found is null ? null : new(name, entry.User, entry.Group, Marshal.PtrToStringUTF8((nint)entry.Home) ?? "/");
            }
        }
    }
}
