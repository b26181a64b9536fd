using ProxyGroups.Configuration;
using ProxyGroups.Runtimes;

namespace ProxyGroups.Groups;

/// <summary>What a generation of workers is built from.</summary>
internal sealed record GroupBlueprint(ProcessGroupSettings Settings, IRuntime Runtime);
