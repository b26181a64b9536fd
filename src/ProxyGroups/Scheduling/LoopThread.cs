namespace ProxyGroups.Scheduling;

/// <summary>
/// A thread that waits for sockets and runs what waited for them. The next request in a queue may go on there too: to hand it to
/// the thread pool would wake another thread on a core that a worker needs. Only <see cref="HoldUp"/> is called by another thread.
/// </summary>
internal sealed class LoopThread
{
    /// <summary>Some tenths of a millisecond of other people's requests, before whoever made room goes on.</summary>
    private const int MostInARow = 16;

    [ThreadStatic]
    private static LoopThread? t_current;

    private readonly AfterTurn _afterTurn = new();
    private Waiter? _next;
    private bool _isContinuing;
    private volatile bool _isHeldUp;

    /// <summary>Null: this is another kind of thread, or one that was held up.</summary>
    public static LoopThread? Current
    {
        get => t_current is { _isHeldUp: false } current ? current : null;
        set => t_current = value;
    }

    /// <summary>
    /// The owner of the waiter goes on here. What it releases meanwhile lets the next one in as soon as it waits or is through, in turn and not
    /// within it, so that the stack stays flat; after <see cref="MostInARow"/> the thread goes to somebody else.
    /// </summary>
    public void Continue(Waiter waiter)
    {
        if (!_isContinuing)
        {
            _isContinuing = true;
            ContinueInARow(waiter);
            _isContinuing = false;
        }
        else if (Interlocked.CompareExchange(ref _next, waiter, null) is not null)
        {
            waiter.Continue(onPool: true);
        }
        else if (_isHeldUp)
        {
            LetNextGo();
        }
    }

    /// <summary>The action goes on here after this turn; false: another one does already.</summary>
    public bool TryRunAfterTurn(Action<object?> action, object? argument)
    {
        var isAdded = _afterTurn.TryAdd(action, argument);
        if (isAdded && _isHeldUp)
        {
            _afterTurn.LetGo();
        }

        return isAdded;
    }

    /// <summary>The turn is over.</summary>
    public void EndTurn() => _afterTurn.Run();

    /// <summary>What runs here blocks: whoever stands behind it, perhaps with a slot, goes on elsewhere, and so does all that comes.</summary>
    public void HoldUp()
    {
        _isHeldUp = true;
        LetNextGo();
        _afterTurn.LetGo();
    }

    private void LetNextGo() => Interlocked.Exchange(ref _next, null)?.Continue(onPool: true);

    private void ContinueInARow(Waiter? waiter)
    {
        for (var run = 0; waiter is not null; run++)
        {
            waiter.Continue(onPool: run == MostInARow);
            waiter = Interlocked.Exchange(ref _next, null);
        }
    }
}
