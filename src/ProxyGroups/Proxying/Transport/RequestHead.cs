namespace ProxyGroups.Proxying.Transport;

/// <summary>An encoded request head.</summary>
/// <param name="Bytes">Its size in the output buffer.</param>
/// <param name="BodyLength">Bytes of the body that follows; 0: none; <see cref="Chunked"/>: not known.</param>
/// <param name="AsksUpgrade">Whether the worker may answer 101.</param>
internal readonly record struct RequestHead(int Bytes, long BodyLength, bool AsksUpgrade)
{
    public const long Chunked = -1;
}
