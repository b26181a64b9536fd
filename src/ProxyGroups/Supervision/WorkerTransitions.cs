namespace ProxyGroups.Supervision;

/// <summary>The only place that says which changes of state are legal.</summary>
internal static class WorkerTransitions
{
    // from \ to     Starting  Ready  Draining  Stopping  Exited
    private static readonly bool[,] Legal =
    {
        /* Starting */ { false, true, false, true, true },
        /* Ready    */ { false, false, true, true, true },
        /* Draining */ { false, false, false, true, true },
        /* Stopping */ { false, false, false, false, true },
        /* Exited   */ { false, false, false, false, false },
    };

    public static bool IsLegal(WorkerState from, WorkerState to) => Legal[(int)from, (int)to];
}
