using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Supervision.Preloading;

/// <summary>Who is known to forbid a fork gets advice of its own.</summary>
public sealed class ForkOffenderTests
{
    [Theory]
    [InlineData("importing grpc left 2 threads running (native thread of grpc_global_tim)", "gRPC")]
    [InlineData("importing shop left 1 thread running (native thread of grpc_global_tim)", "gRPC")]
    [InlineData("importing google.cloud left 1 thread running (OtelBatchSpanRecordProcessor)", "OpenTelemetry")]
    [InlineData("importing opentelemetry.sdk.trace left 1 thread running (Thread-1)", "OpenTelemetry")]
    [InlineData("importing shop.wsgi:application left 1 thread running (sentry.monitor)", "Sentry")]
    [InlineData("1 thread running (APScheduler)", "scheduler")]
    [InlineData("importing asyncio left an event loop running", "Event loops")]
    [InlineData("importing torch left 4 threads running (native thread of python3)", "models")]
    public void Its_remedy_is_found_by_module_or_thread(string fault, string remedy) => Assert.Contains(remedy, ForkOffender.RemedyFor(fault), StringComparison.Ordinal);

    [Theory]
    [InlineData("importing polls left 1 thread running (poller)")]
    [InlineData("importing shop.sentryish left a connection open to ('127.0.0.1', 5432)")]
    [InlineData("importing api.gifts left 1 thread running (Thread-1)")]
    public void Others_get_none(string fault) => Assert.Null(ForkOffender.RemedyFor(fault));
}
