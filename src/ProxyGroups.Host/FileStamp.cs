using System.Runtime.InteropServices;

namespace ProxyGroups.Host;

/// <summary>
/// What tells that a file is another one, was written or may be read by others than before, of what links lead to. By statx(2), whose layout is the same on
/// every architecture: .NET knows neither inode nor time of change, and follows links by their text. Default: there is no such regular file that could be seen.
/// </summary>
internal readonly partial record struct FileStamp(ulong Device, ulong Inode, ulong Length, Int128 Modified, Int128 Changed)
{
    private const int CurrentDirectory = -100;
    private const uint BasicFields = 0x7ff;
    private const int ResultSize = 256;
    private const int TypeMask = 0xF000;
    private const int RegularType = 0x8000;

    public static FileStamp Of(string path)
    {
        Span<byte> result = stackalloc byte[ResultSize];
        return Statx(CurrentDirectory, path, 0, BasicFields, result) == 0 && (BitConverter.ToUInt16(result[28..]) & TypeMask) == RegularType
            ? new(Number(result[136..]), Number(result[32..]), Number(result[40..]), Time(result[112..]), Time(result[96..]))
            : default;
    }

    // Seconds and nanoseconds: no arithmetic is done with them.
    private static Int128 Time(ReadOnlySpan<byte> field) => new(Number(field), BitConverter.ToUInt32(field[8..]));

    private static ulong Number(ReadOnlySpan<byte> field) => BitConverter.ToUInt64(field);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, Span<byte> result);
}
