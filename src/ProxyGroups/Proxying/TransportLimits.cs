using ProxyGroups.Configuration;

namespace ProxyGroups.Proxying;

/// <summary>Limits of one worker's transport.</summary>
/// <param name="Request">Until the response head, waits for the client not counted; infinite: off.</param>
/// <param name="Silence">Between two reads of a response body; infinite: off.</param>
/// <param name="HeldResponseBytes">An answer of known length up to this is taken from the worker at once; 0: off.</param>
/// <param name="IdleConnectionLifetime">An idle connection older than this is not used again; infinite: the worker never closes idle connections.</param>
internal sealed record TransportLimits(TimeSpan Request, TimeSpan Silence, long HeldResponseBytes, TimeSpan IdleConnectionLifetime)
{
    public static TransportLimits Of(ProcessGroupSettings settings, TimeSpan idleConnectionLifetime) =>
        new(settings.Timeouts.Request, settings.Timeouts.Silence, settings.Buffering.Response, idleConnectionLifetime);

    /// <summary>How long an answer that nobody wants any more is read on before its connection is closed.</summary>
    public static TimeSpan Discard => TimeSpan.FromSeconds(5);
}
