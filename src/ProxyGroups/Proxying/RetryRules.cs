using Polly;
using Polly.Retry;

namespace ProxyGroups.Proxying;

/// <summary>
/// When a request may meet a second worker. An unsafe method is sent once, ever, unless nothing of it reached the worker;
/// a safe one (RFC 9110 section 9.2.1) may cost two workers their life, and no more.
/// </summary>
internal static class RetryRules
{
    internal const int MaxDeaths = 2;
    internal const int MaxTries = 4;

    /// <summary>For the tries after the first.</summary>
    public static ResiliencePipeline<TryResult> Build() => new ResiliencePipelineBuilder<TryResult>()
        .AddRetry(new RetryStrategyOptions<TryResult>
        {
            MaxRetryAttempts = MaxTries - 2,
            Delay = TimeSpan.Zero,
            ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Result.MayRetry),
        })
        .Build();

    public static bool IsSafe(string method) => method is "GET" or "HEAD" or "OPTIONS" or "TRACE";

    /// <param name="isSafe">The request's method is safe.</param>
    /// <param name="wasSent">A byte of it may have reached a worker.</param>
    /// <param name="canRepeat">Its body is still here from the first byte.</param>
    /// <param name="hasStarted">The client has a byte of an answer.</param>
    /// <param name="deaths">Workers that broke off with this request so far.</param>
    /// <param name="tries">Tries so far.</param>
    public static bool MayRetry(bool isSafe, bool wasSent, bool canRepeat, bool hasStarted, int deaths, int tries) =>
        !hasStarted && canRepeat && tries < MaxTries && deaths < MaxDeaths && (isSafe || !wasSent);
}
