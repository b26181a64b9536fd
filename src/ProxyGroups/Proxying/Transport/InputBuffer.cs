using System.Runtime.CompilerServices;
using ProxyGroups.Proxying.Sockets;

namespace ProxyGroups.Proxying.Transport;

/// <summary>
/// What has been received from the worker and not been used yet. Belongs to a slot and is used by one exchange at a time;
/// starts at 4 KiB, since many slots answer little, is 16 KiB for good once a receive has filled that, and grows, for large heads only, to 64 KiB.
/// </summary>
internal sealed class InputBuffer
{
    public const int UsualBytes = 16 << 10;
    public const int MaxBytes = 64 << 10;

    private const int LeastBytes = 4 << 10;

    private byte[] _bytes = [];
    private int _usual = LeastBytes;
    private int _start;
    private int _end;

    public ReadOnlySpan<byte> Unread => _bytes.AsSpan(_start, _end - _start);

    public int Length => _end - _start;

    public bool IsFull => Length == MaxBytes;

    public void Consume(int count)
    {
        _start += count;
        if (_start == _end)
        {
            _start = _end = 0;
        }
    }

    public void Clear()
    {
        (_start, _end) = (0, 0);
        if (_bytes.Length > UsualBytes)
        {
            _bytes = [];
        }
    }

    /// <summary>One receive, appended. 0: the worker closed its side. Not to be called when <see cref="IsFull"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(LoopSocket socket, CancellationToken ct)
    {
        MakeRoom();
        var count = await socket.ReceiveAsync(_bytes.AsMemory(_end), ct);
        _end += count;
        if (_end == _bytes.Length)
        {
            _usual = UsualBytes;
        }

        return count;
    }

    private void MakeRoom()
    {
        if (Length == 0 && _bytes.Length < _usual)
        {
            _bytes = Create(_usual);
        }

        if (_end < _bytes.Length)
        {
            return;
        }

        var target = _start > 0 ? _bytes : Create(Math.Clamp(_bytes.Length * 2, UsualBytes, MaxBytes));
        Unread.CopyTo(target);
        (_bytes, _start, _end) = (target, 0, Length);
    }

    // What stays is pinned for life, so that no receive has to pin it.
    private static byte[] Create(int size) => GC.AllocateUninitializedArray<byte>(size, pinned: size <= UsualBytes);
}
