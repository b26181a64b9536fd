namespace ProxyGroups.Groups.Caps;

/// <summary>One worker's room below the caps, from the wish for it until the worker is gone. Its members belong to the arbiter's lock.</summary>
internal sealed class CapRoom(CapArbiter arbiter, ICapMember member, CapWorker worker, Action<bool> lacks) : IDisposable
{
    private readonly TaskCompletionSource _granted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isLacking;
    private Func<Action<long>, IDisposable>? _measure;
    private IDisposable? _measuring;

    public ICapMember Member { get; } = member;

    public CapWorker Worker { get; set; } = worker;

    /// <summary>When its group was asked to part with it.</summary>
    public TimeSpan? AskedAt { get; set; }

    public bool HasYielded { get; set; }

    public Task Granted => _granted.Task;

    public bool IsWaiting => Worker.Stage == CapStage.Waiting;

    /// <summary>The worker serves.</summary>
    /// <param name="measure">Begins to tell the bytes that it uses.</param>
    public void Ready(Func<Action<long>, IDisposable> measure) => arbiter.NoteReady(this, measure);

    /// <summary>The worker drains or stops.</summary>
    public void Leave() => arbiter.NoteLeaving(this, makesRoom: false);

    /// <summary>The worker drains for another group: none of its own inherits the room.</summary>
    public void Yield() => arbiter.NoteLeaving(this, makesRoom: true);

    /// <summary>The worker is gone, and nothing of it is left.</summary>
    public void Dispose() => arbiter.Release(this);

    public void Measure(Func<Action<long>, IDisposable> measure) => _measure = measure;

    /// <summary>Reading its size costs something, so only a cap on memory asks for it.</summary>
    public void Measure(bool isWanted)
    {
        if (!isWanted)
        {
            _measuring?.Dispose();
            _measuring = null;
        }
        else if (_measure is not null)
        {
            _measuring ??= _measure(bytes => arbiter.NoteMemory(this, bytes));
        }
    }

    public void Grant()
    {
        Worker = Worker with { Stage = CapStage.Held };
        Tell(isLacking: false);
        _granted.SetResult();
    }

    public void Cancel(CancellationToken cancellationToken) => _granted.SetCanceled(cancellationToken);

    /// <summary>Tells the worker's group whether there is no room for it, once per change.</summary>
    public void Tell(bool isLacking)
    {
        if (_isLacking != isLacking)
        {
            _isLacking = isLacking;
            lacks(isLacking);
        }
    }
}
