namespace ProxyGroups.Groups;

/// <summary>The planner's answer: the state with its decisions noted, what to start, when to be asked again.</summary>
internal readonly record struct GroupPlan(GroupState State, IReadOnlyList<GroupAction> Actions, TimeSpan? WakeUp);
