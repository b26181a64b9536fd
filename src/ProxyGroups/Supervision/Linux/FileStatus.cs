using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ProxyGroups.Supervision.Linux;

/// <summary>What the kernel knows of a file: statx(2), because its layout is the same on every architecture.</summary>
internal readonly unsafe record struct FileStatus(uint User, ushort Mode, uint Links)
{
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicFields = 0x7ff;
    private const int ResultSize = 256;
    private const int LinksOffset = 16;
    private const int UserOffset = 20;
    private const int ModeOffset = 28;

    private const int TypeMask = 0xF000;
    private const int RegularType = 0x8000;
    private const int LinkType = 0xA000;
    private const int WriteByOthers = 0b010_010;
    private const int WriteByEveryone = 0b000_010;
    private const int AnythingByOthers = 0b111_111;
    private const int StickyBit = 0x200;

    public bool IsRegular => (Mode & TypeMask) is RegularType;

    public bool IsLink => (Mode & TypeMask) is LinkType;

    public bool IsWritableByOthers => (Mode & WriteByOthers) is not 0;

    public bool IsWritableByEveryone => (Mode & WriteByEveryone) is not 0;

    /// <summary>Nobody but the owner, and root, may do anything with it.</summary>
    public bool IsPrivate => (Mode & AnythingByOthers) is 0;

    /// <summary>In such a folder nobody can rename or remove what is not theirs.</summary>
    public bool IsSticky => (Mode & StickyBit) is not 0;

    public static FileStatus Of(string path, bool follow = false) => Ask(CurrentDirectory, path, follow ? 0 : NoFollow, path);

    public static FileStatus Of(SafeFileHandle handle, string name) => Ask((int)handle.DangerousGetHandle(), "", EmptyPath, name);

    private static FileStatus Ask(int directory, string path, int flags, string name)
    {
        var result = stackalloc byte[ResultSize];
        if (Libc.Statx(directory, path, flags, BasicFields, result) is not 0)
        {
            throw new IOException($"Cannot look at '{name}': {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
        }

        var fields = new ReadOnlySpan<byte>(result, ResultSize);
        return new(BitConverter.ToUInt32(fields[UserOffset..]), BitConverter.ToUInt16(fields[ModeOffset..]), BitConverter.ToUInt32(fields[LinksOffset..]));
    }
}
