using Microsoft.Extensions.Time.Testing;

namespace ProxyGroups.Tests;

/// <summary>Fake time with a wall clock that somebody may set: what waits and what is measured goes on, as on a real machine.</summary>
internal sealed class SettableClock : FakeTimeProvider
{
    /// <summary>Since it was set: negative where it was set back.</summary>
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;

    // The base takes it from GetUtcNow.
    public override long GetTimestamp() => base.GetTimestamp() - Ahead.Ticks;
}
