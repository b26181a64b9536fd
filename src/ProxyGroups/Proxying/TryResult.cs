using Microsoft.Extensions.Logging;
using ProxyGroups.Supervision;

namespace ProxyGroups.Proxying;

/// <summary>How one try of a request ended.</summary>
internal readonly record struct TryResult
{
    /// <summary>The answer has been sent, whatever its status.</summary>
    public static readonly TryResult Done = new() { IsDone = true };

    public static readonly TryResult GoneClient = new() { ClientIsGone = true };

    public bool IsDone { get; private init; }

    public bool ClientIsGone { get; private init; }

    /// <summary>What to answer; null with none of the above: the forwarder has set the status already.</summary>
    public ProxyFailure? Failure { get; init; }

    /// <summary>For the operator: what exactly happened, with the worker's pid.</summary>
    public string Detail { get; init; }

    /// <summary>Why the group has no worker; null where it has, or has not tried.</summary>
    public SpawnFailure? Cause { get; init; }

    public TimeSpan RetryAfter { get; init; }

    /// <summary>Another worker may be asked.</summary>
    public bool MayRetry { get; init; }

    /// <summary>Refusals under load are normal and many; broken workers are not.</summary>
    public LogLevel Level => Failure is ProxyFailure.QueueFull or ProxyFailure.WouldWaitTooLong or ProxyFailure.WaitedTooLong
        ? LogLevel.Debug
        : LogLevel.Warning;
}
