namespace ProxyGroups.Supervision;

/// <summary>What one HTTP check found.</summary>
internal enum HttpCheckOutcome
{
    Ready,
    NotListening,
    ForeignListener,
    NoAnswer,
    NotHttp,
    ServerError,
}
