using System.Buffers;

namespace ProxyGroups.Proxying.Access;

/// <summary>Whole lines that are written together.</summary>
internal sealed class AccessLump
{
    /// <summary>Below the smallest size that a file may be bounded to.</summary>
    public const int MostBytes = 32 << 10;

    private readonly ArrayBufferWriter<byte> _bytes = new(MostBytes);

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    public int Lines { get; private set; }

    /// <summary>A line that is longer than a lump has one of its own.</summary>
    public bool HasRoomFor(int length) => Lines == 0 || _bytes.WrittenCount + length <= MostBytes;

    public void Add(ReadOnlySpan<byte> line)
    {
        _bytes.Write(line);
        Lines++;
    }

    public void Clear()
    {
        _bytes.ResetWrittenCount();
        Lines = 0;
    }
}
