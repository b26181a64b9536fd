using Polly;
using Polly.Retry;

namespace ProxyGroups.Supervision;

/// <summary>
/// Waits until a worker is ready: it said so where that is asked, and the check of its endpoint holds. Has no deadline of
/// its own; remembers how far it came. Owned by <see cref="WorkerProcess"/>.
/// </summary>
internal sealed class ReadinessProbe
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LastDelay = TimeSpan.FromMilliseconds(250);

    private readonly HttpCheck _check;
    private readonly Task? _notified;
    private readonly ResiliencePipeline<HttpCheckResult> _retry;

    /// <param name="notified">Completes when the worker said that it is ready; null if it is not asked to.</param>
    public ReadinessProbe(HttpCheck check, Task? notified, TimeProvider time)
    {
        _check = check;
        _notified = notified;
        Step = notified is null ? SpawnStep.HttpCheck : SpawnStep.Notify;
        _retry = CreateRetry(time);
    }

    public SpawnStep Step { get; private set; }

    public HttpCheckResult? LastCheck { get; private set; }

    /// <summary>Ready, or someone else's listener: the one finding that waiting does not cure.</summary>
    public async Task<HttpCheckResult> WaitAsync(CancellationToken cancellationToken)
    {
        if (_notified is not null)
        {
            await _notified.WaitAsync(cancellationToken);
            Step = SpawnStep.HttpCheck;
        }

        return await _retry.ExecuteAsync(TryAsync, cancellationToken);
    }

    private async ValueTask<HttpCheckResult> TryAsync(CancellationToken cancellationToken)
    {
        var result = await _check.TryAsync(cancellationToken);
        LastCheck = result;
        return result;
    }

    private static ResiliencePipeline<HttpCheckResult> CreateRetry(TimeProvider time) =>
        new ResiliencePipelineBuilder<HttpCheckResult> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<HttpCheckResult>
            {
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Result is { Outcome: not (HttpCheckOutcome.Ready or HttpCheckOutcome.ForeignListener) }),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = FirstDelay,
                MaxDelay = LastDelay,
            })
            .Build();
}
