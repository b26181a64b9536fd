using System.Runtime.CompilerServices;
using ProxyGroups.Proxying.Sockets;

namespace ProxyGroups.Proxying.Transport;

/// <summary>
/// What has been received from the worker and not been used yet. Belongs to a slot and is used by one exchange at a time;
/// starts at 16 KiB and grows, for large heads only, to 64 KiB.
/// </summary>
internal sealed class InputBuffer
{
    public const int InitialBytes = 16 << 10;
    public const int MaxBytes = 64 << 10;

    private byte[] _bytes = [];
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
        if (_bytes.Length > InitialBytes)
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
        return count;
    }

    private void MakeRoom()
    {
        if (_bytes.Length == 0)
        {
            // Pinned for life, so that no receive has to pin it.
            _bytes = GC.AllocateUninitializedArray<byte>(InitialBytes, pinned: true);
        }

        if (_end < _bytes.Length)
        {
            return;
        }

        var target = _start > 0 ? _bytes : new byte[Math.Min(MaxBytes, _bytes.Length * 2)];
        Unread.CopyTo(target);
        (_bytes, _start, _end) = (target, 0, Length);
    }
}
