using ProxyGroups.Groups;
using ProxyGroups.Supervision;

namespace ProxyGroups.Admin;

/// <summary>Why a generation does not start. Its last output is in the log alone: it may hold what nobody else should read.</summary>
internal sealed record FailureSnapshot(int Generation, SpawnStep Step, string Cause, string Remedy, int Tries)
{
    public static FailureSnapshot Of(SpawnFailure failure, GroupState state) =>
        new(state.Generation, failure.Step, failure.Cause, failure.Remedy, state.Failures);
}
