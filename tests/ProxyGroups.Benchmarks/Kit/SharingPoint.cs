namespace ProxyGroups.Benchmarks.Kit;

/// <summary>Memory of all workers and what they were forked from, in megabytes.</summary>
/// <param name="Requests">To each worker, on average.</param>
/// <param name="Used">Each page counted once (PSS).</param>
/// <param name="Estimated">What the front door takes plain workers to use: see <see cref="Supervision.MemoryUse.Unforked"/>.</param>
internal readonly record struct SharingPoint(int Requests, double Used, double Estimated);
