namespace ProxyGroups.Supervision;

/// <summary>What a preloader is told of a worker that it is to fork; the descriptors go beside it.</summary>
/// <param name="Limits">See <see cref="Linux.ResourceLimits.ForFork"/>.</param>
/// <param name="Mark">See <see cref="WorkerMark"/>.</param>
/// <param name="IsForkParent">It is no worker, but the preloader of an app.</param>
internal sealed record ForkOrder(IReadOnlyDictionary<string, string> Environment, string Directory, int? Umask, int Nice, IReadOnlyList<IReadOnlyList<long>> Limits, string Mark, bool IsForkParent);
