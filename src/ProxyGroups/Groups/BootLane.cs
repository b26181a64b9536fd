namespace ProxyGroups.Groups;

/// <summary>
/// Lets at most so many workers boot at once. Groups take turns, so one with many boots holds nobody up; within a group it is first come,
/// first served. Thread-safe.
/// </summary>
internal sealed class BootLane(int places, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<Turn> _waiting = [];
    private readonly Dictionary<string, long> _lastTurns = new(StringComparer.OrdinalIgnoreCase);
    private int _held;
    private long _turns;

    /// <summary>Waits for a place, which comes free after <paramref name="longest"/> or when the claim is disposed of.</summary>
    /// <exception cref="OperationCanceledException">The worker is not wanted any more.</exception>
    public async Task<IDisposable> ClaimAsync(string group, TimeSpan longest, CancellationToken cancellationToken)
    {
        var turn = new Turn(group);
        lock (_gate)
        {
            _waiting.Add(turn);
        }

        await using var registration = cancellationToken.UnsafeRegister(_ => Leave(turn, cancellationToken), null);
        Grant();
        await turn.Task;
        return new Claim(this, time, longest);
    }

    private void Leave(Turn turn, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_waiting.Remove(turn))
            {
                turn.SetCanceled(cancellationToken);
            }
        }
    }

    private void Release()
    {
        lock (_gate)
        {
            _held--;
            Grant();
        }
    }

    private void Grant()
    {
        lock (_gate)
        {
            while (_held < places && _waiting.Count > 0)
            {
                Grant(_waiting.MinBy(turn => _lastTurns.GetValueOrDefault(turn.Group))!);
            }

            if (_held == 0)
            {
                // Groups that are gone leave nothing behind.
                _lastTurns.Clear();
            }
        }
    }

    private void Grant(Turn turn)
    {
        _held++;
        _lastTurns[turn.Group] = ++_turns;
        _waiting.Remove(turn);
        turn.SetResult();
    }

    private sealed class Turn(string group) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public string Group { get; } = group;
    }

    private sealed class Claim : IDisposable
    {
        private readonly ITimer _timer;
        private BootLane? _lane;

        public Claim(BootLane lane, TimeProvider time, TimeSpan longest)
        {
            _lane = lane;
            _timer = time.CreateTimer(static claim => ((Claim)claim!).Dispose(), this, longest, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            // Null where the time is over before the timer is noted.
            _timer?.Dispose();
            Interlocked.Exchange(ref _lane, null)?.Release();
        }
    }
}
