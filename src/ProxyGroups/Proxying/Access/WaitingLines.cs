using System.Diagnostics.CodeAnalysis;

namespace ProxyGroups.Proxying.Access;

/// <summary>Lines on their way to the file, in lumps, bounded. Any thread adds, one takes.</summary>
internal sealed class WaitingLines
{
    /// <summary>What may wait, and all the memory that it takes.</summary>
    public const int MostBytes = 8 << 20;

    private const int MostSpare = 16;

    private readonly Lock _gate = new();
    private readonly Queue<AccessLump> _lumps = new();
    private readonly Stack<AccessLump> _spare = new();
    private AccessLump? _last;
    private int _bytes;
    private bool _isAnnounced;
    private TaskCompletionSource? _watch;

    /// <summary>False: there is no place, the line is lost.</summary>
    public bool TryAdd(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            if (_bytes + line.Length > MostBytes)
            {
                return false;
            }

            if (_last?.HasRoomFor(line.Length) is not true)
            {
                _lumps.Enqueue(_last = _spare.TryPop(out var spare) ? spare : new AccessLump());
            }

            _last.Add(line);
            _bytes += line.Length;
            _watch?.TrySetResult();
            return true;
        }
    }

    /// <summary>Lines are about to come.</summary>
    public void Announce()
    {
        lock (_gate)
        {
            // Whoever was told before may have looked already.
            _isAnnounced |= _watch?.TrySetResult() is not true;
        }
    }

    /// <summary>Ends once lines wait or are announced.</summary>
    public Task SomeAsync()
    {
        lock (_gate)
        {
            _watch = null;
            var isSome = _bytes > 0 || _isAnnounced;
            _isAnnounced = false;
            return isSome ? Task.CompletedTask : (_watch = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    public bool TryTake([NotNullWhen(true)] out AccessLump? lump)
    {
        lock (_gate)
        {
            if (!_lumps.TryDequeue(out lump))
            {
                return false;
            }

            _bytes -= lump.Bytes.Length;
            _last = _lumps.Count == 0 ? null : _last;
            return true;
        }
    }

    /// <summary>Gives back what is written.</summary>
    public void Return(AccessLump lump)
    {
        lump.Clear();
        lock (_gate)
        {
            if (_spare.Count < MostSpare)
            {
                _spare.Push(lump);
            }
        }
    }
}
