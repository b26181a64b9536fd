namespace ProxyGroups.Groups.Caps;

/// <summary>
/// Decides who gets the room below the caps. Pure. First the heirs of workers that left for them, then groups below their minimum,
/// then whoever's group has the fewest workers, first come, first served; successors of workers that serve come last.
/// </summary>
/// <remarks>
/// Invariants: no cap is exceeded, workers that leave included; room for each group's minimum is kept free or is used by that group.
/// </remarks>
internal static class CapPlan
{
    /// <param name="workers">In the order in which they asked.</param>
    public static CapDecision Decide(IReadOnlyDictionary<string, CapGroup> groups, IReadOnlyList<CapWorker> workers)
    {
        var now = new CapLedger(groups).Add(workers.Where(static worker => worker.Stage != CapStage.Waiting));
        var soon = new CapLedger(groups).Add(workers.Where(static worker => worker.Stage == CapStage.Held));
        var waiting = workers.Where(static worker => worker.Stage == CapStage.Waiting).ToList();
        var (granted, refused) = (new List<CapWorker>(), new List<CapRefusal>());
        while (waiting.MinBy(worker => Precedence(worker, workers, soon)) is { } next)
        {
            waiting.Remove(next);
            if (ShortOf(next, soon, refused) is { } shortage)
            {
                refused.Add(new CapRefusal(next, shortage, IsSuccessor(next, workers)));
                continue;
            }

            soon.Add(next);
            if (now.ShortOf(next) is null && !now.IsUnknownBeside(next))
            {
                now.Add(next);
                granted.Add(next);
            }
        }

        return new CapDecision(granted, refused, soon);
    }

    // A group without a worker is not overtaken by those that need less memory: they would take what is collected for it.
    private static CapShortage? ShortOf(CapWorker next, CapLedger soon, List<CapRefusal> refused) => soon.ShortOf(next) ?? refused.FirstOrDefault(earlier =>
        earlier.Shortage.IsOfMemory && soon.Held(earlier.Worker.Group) == 0 && soon.IsUnder(next.Group, earlier.Shortage.Cap) && soon.CouldFit(earlier.Worker, earlier.Shortage.Cap))?.Shortage;

    private static (bool, bool, bool, int) Precedence(CapWorker worker, IReadOnlyList<CapWorker> workers, CapLedger soon) => (
        !worker.IsHeir,
        soon.Held(worker.Group) >= soon.Minimum(worker.Group),
        IsSuccessor(worker, workers),
        soon.Held(worker.Group));

    private static bool IsSuccessor(CapWorker worker, IReadOnlyList<CapWorker> workers) =>
        workers.Any(other => other.Stage == CapStage.Held && other.IsPeerOf(worker));
}
