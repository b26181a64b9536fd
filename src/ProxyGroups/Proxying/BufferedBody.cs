using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace ProxyGroups.Proxying;

/// <summary>
/// The start of a request's body, read before a slot is taken, so that a slow client does not hold one; small bodies are held whole and can be sent again.
/// Replaces <see cref="HttpRequest.Body"/> for the forwarder. One request, one thread at a time.
/// </summary>
internal sealed class BufferedBody : Stream
{
    private const int FirstBuffer = 4096;

    private readonly Stream _rest;
    private readonly byte[] _held;
    private readonly bool _isWhole;
    private int _length;
    private int _position;
    private bool _hasReadRest;

    private BufferedBody(Stream rest, byte[] held, int length, bool isWhole)
    {
        _rest = rest;
        _held = held;
        _length = length;
        _isWhole = isWhole;
    }

    /// <summary>Everything a second try needs is still here.</summary>
    public bool CanRepeat => _isWhole || !_hasReadRest;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads at most <paramref name="limit"/> bytes ahead; nothing of a body that is known to be longer.</summary>
    public static async ValueTask<BufferedBody> ReadAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        var size = request.ContentLength > limit ? 0 : (int)(request.ContentLength ?? limit);
        var held = ArrayPool<byte>.Shared.Rent(Math.Clamp(size, 1, FirstBuffer));
        var length = 0;
        var isWhole = size == 0 && request.ContentLength == 0;
        try
        {
            while (length < size && !isWhole)
            {
                held = length < held.Length ? held : Grow(held, size);
                var read = await request.Body.ReadAsync(held.AsMemory(length, Math.Min(size, held.Length) - length), cancellationToken);
                isWhole = read == 0;
                length += read;
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(held);
            throw;
        }

        return new BufferedBody(request.Body, held, length, isWhole || length == request.ContentLength);
    }

    // By doubling: a client that has sent one byte holds a page, not the whole limit.
    private static byte[] Grow(byte[] full, int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(size, full.Length * 2));
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }

    /// <summary>Starts over for another try; only if <see cref="CanRepeat"/>.</summary>
    public void Rewind() => _position = 0;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty && _position == _length && !_isWhole)
        {
            return await _rest.ReadAsync(buffer, cancellationToken);
        }

        if (_position < _length || _isWhole)
        {
            return ReadHeld(buffer.Span);
        }

        _hasReadRest = true;
        return await _rest.ReadAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _length >= 0)
        {
            _length = _position = -1;
            ArrayPool<byte>.Shared.Return(_held);
        }

        base.Dispose(disposing);
    }

    private int ReadHeld(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _length - _position);
        _held.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }
}
