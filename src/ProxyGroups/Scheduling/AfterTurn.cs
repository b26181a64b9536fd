using System.Diagnostics.CodeAnalysis;

namespace ProxyGroups.Scheduling;

/// <summary>
/// What goes on on a loop's thread once all that has just happened to a socket has been taken in: an app that blocks would else stand above
/// its own connection's receiver, and wait for what only that can bring. One at a time. Only <see cref="LetGo"/> is called by another thread.
/// </summary>
internal sealed class AfterTurn
{
    private const int Empty = 0;
    private const int Taken = 1;
    private const int Full = 2;

    private Action<object?>? _action;
    private object? _argument;
    private int _state;

    /// <summary>False: another one goes on then already.</summary>
    public bool TryAdd(Action<object?> action, object? argument)
    {
        if (Volatile.Read(ref _state) != Empty)
        {
            return false;
        }

        (_action, _argument) = (action, argument);
        Interlocked.Exchange(ref _state, Full);
        return true;
    }

    public void Run()
    {
        while (TryTake(out var action, out var argument))
        {
            action(argument);
        }
    }

    /// <summary>It goes on on the thread pool instead.</summary>
    public void LetGo()
    {
        if (TryTake(out var action, out var argument))
        {
            ThreadPool.UnsafeQueueUserWorkItem(action, argument, preferLocal: false);
        }
    }

    private bool TryTake([NotNullWhen(true)] out Action<object?>? action, out object? argument)
    {
        (action, argument) = (null, null);
        if (Interlocked.CompareExchange(ref _state, Taken, Full) != Full)
        {
            return false;
        }

        (action, argument) = (_action!, _argument);
        (_action, _argument) = (null, null);
        Volatile.Write(ref _state, Empty);
        return true;
    }
}
