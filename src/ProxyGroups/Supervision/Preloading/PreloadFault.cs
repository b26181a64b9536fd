namespace ProxyGroups.Supervision;

/// <summary>Why workers are started plainly although they were to be forked.</summary>
/// <param name="Cause">The end of "workers start plainly: ".</param>
/// <param name="IsLasting">The same modules will fail in the same way.</param>
internal sealed record PreloadFault(string Cause, string Remedy, bool IsLasting = false);
