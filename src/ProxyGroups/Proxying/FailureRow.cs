namespace ProxyGroups.Proxying;

/// <summary>How one failure is answered.</summary>
internal readonly record struct FailureRow(int Status, string ProxyStatusError, bool HasRetryAfter, string Text);
