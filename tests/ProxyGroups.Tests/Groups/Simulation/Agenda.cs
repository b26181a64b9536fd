namespace ProxyGroups.Tests.Groups.Simulation;

/// <summary>What is to happen when; what is due at the same time happens in the order in which it was planned.</summary>
internal sealed class Agenda
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _due = new();
    private long _order;

    public void Plan(TimeSpan at, Action what) => _due.Enqueue(what, (at, _order++));

    /// <summary>The next thing to do, if it is due by then.</summary>
    public bool TryTake(TimeSpan until, out TimeSpan at, out Action what)
    {
        if (!_due.TryPeek(out what!, out var key) || key.At > until)
        {
            at = until;
            return false;
        }

        at = key.At;
        _due.Dequeue();
        return true;
    }
}
