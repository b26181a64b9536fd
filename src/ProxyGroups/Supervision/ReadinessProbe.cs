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

    private readonly HttpCheck? _check;
    private readonly Task? _notified;
    private readonly TimeSpan _settle;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<HttpCheckResult> _retry;

    /// <param name="check">Null for a worker that listens nowhere.</param>
    /// <param name="notified">Completes when the worker said that it is ready; null if it is not asked to.</param>
    /// <param name="settle">How long a worker has to stay that neither listens nor says that it is ready.</param>
    public ReadinessProbe(HttpCheck? check, Task? notified, TimeProvider time, TimeSpan? settle = null)
    {
        (_check, _notified, _time, _settle) = (check, notified, time, settle ?? TimeSpan.Zero);
        Step = notified is not null ? SpawnStep.Notify : check is null ? SpawnStep.Settle : SpawnStep.HttpCheck;
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
            Step = _check is null ? SpawnStep.Notify : SpawnStep.HttpCheck;
        }

        if (_check is null)
        {
            await Task.Delay(_settle, _time, cancellationToken);
            return new HttpCheckResult(HttpCheckOutcome.Ready, _notified is null ? "it stayed" : "it said so");
        }

        return await _retry.ExecuteAsync(token => TryAsync(_check, token), cancellationToken);
    }

    private async ValueTask<HttpCheckResult> TryAsync(HttpCheck check, CancellationToken cancellationToken)
    {
        var result = await check.TryAsync(cancellationToken);
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
