namespace ProxyGroups.Benchmarks.Kit;

/// <summary>Memory of all workers and what they were forked from, in megabytes.</summary>
/// <param name="Requests">To each worker, on average.</param>
/// <param name="Used">Each page counted once (PSS).</param>
/// <param name="Estimated">What status takes plain workers to use; of plain workers what they use.</param>
internal readonly record struct SharingPoint(int Requests, double Used, double Estimated);
