namespace ProxyGroups.Admin;

/// <summary>One process group in plain words.</summary>
/// <param name="Group">Its name.</param>
/// <param name="Knobs">What each knob is set to and what that means, one sentence each.</param>
/// <param name="Gives">What the knobs give together: slots, most requests at once, cores.</param>
/// <param name="Costs">What they cost in memory, measured where workers run.</param>
/// <param name="Binds">What keeps the group from doing more right now.</param>
/// <param name="Turn">What to turn, or why nothing.</param>
public sealed record GroupExplanation(string Group, IReadOnlyList<string> Knobs, string Gives, string Costs, string Binds, string Turn);
