using ProxyGroups.Configuration;

namespace ProxyGroups.Supervision;

/// <summary>Modules that may be worth preloading. Compared by value.</summary>
/// <param name="Names">In the order of their import.</param>
/// <param name="Others">First parts of names that mean another module to some app: none of these is loaded.</param>
internal sealed record ModuleCandidates(ValueList<string> Names, ValueList<string> Others);
