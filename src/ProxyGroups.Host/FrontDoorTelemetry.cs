using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ProxyGroups.Host;

/// <summary>Brings metrics, traces and logs to whoever collects them: by OTLP where the standard variables name a collector, and on a page for Prometheus. Else nothing is made.</summary>
internal static class FrontDoorTelemetry
{
    private static readonly string[] Meters = ["ProxyGroups", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    public static void AddTelemetry(this WebApplicationBuilder builder, FrontDoorSettings settings)
    {
        var (metrics, traces, logs) = (new OtlpSignal(builder.Configuration, "METRICS"), new OtlpSignal(builder.Configuration, "TRACES"), new OtlpSignal(builder.Configuration, "LOGS"));
        if (metrics.IsExported || settings.Metrics is not null)
        {
            builder.Services.AddOpenTelemetry().ConfigureResource(resource => Name(resource, builder.Configuration)).WithMetrics(meters => Collect(meters, metrics, settings));
        }

        if (traces.IsExported)
        {
            builder.Services.AddOpenTelemetry().ConfigureResource(resource => Name(resource, builder.Configuration))
                .WithTracing(spans => spans.AddSource("ProxyGroups", "Microsoft.AspNetCore").AddOtlpExporter(traces.Apply));
        }

        if (logs.IsExported)
        {
            builder.Services.AddOpenTelemetry().ConfigureResource(resource => Name(resource, builder.Configuration))
                .WithLogging(lines => lines.AddOtlpExporter(logs.Apply), static options => options.IncludeFormattedMessage = true);
        }
    }

    /// <summary>The page for Prometheus. Others than those of MetricsFrom learn nothing of it; nor does anybody through a proxy that is not trusted.</summary>
    public static void MapMetrics(this WebApplication app, FrontDoorSettings settings)
    {
        if (settings.Metrics is { } path)
        {
            app.MapPrometheusScrapingEndpoint(path).Add(endpoint =>
            {
                var page = endpoint.RequestDelegate!;
                endpoint.RequestDelegate = context => settings.MayReadMetrics(context) ? page(context) : RefuseAsync(context);
            });
        }
    }

    private static void Collect(MeterProviderBuilder meters, OtlpSignal otlp, FrontDoorSettings settings)
    {
        meters.AddMeter([.. Meters, .. settings.Meters]);
        if (otlp.IsExported)
        {
            meters.AddOtlpExporter(otlp.Apply);
        }

        if (settings.Metrics is not null)
        {
            // As old as the scrape: an answer that was counted is on the page.
            meters.AddPrometheusExporter(static page => page.ScrapeResponseCacheDurationMilliseconds = 0);
        }
    }

    private static void Name(ResourceBuilder resource, ConfigurationManager variables)
    {
        if (variables["OTEL_SERVICE_NAME"] is null && variables["OTEL_RESOURCE_ATTRIBUTES"]?.Contains("service.name=", StringComparison.Ordinal) is not true)
        {
            resource.AddService("proxygroups");
        }
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
