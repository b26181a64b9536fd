using Microsoft.Extensions.Configuration;
using OpenTelemetry.Exporter;
using ProxyGroups.Configuration;

namespace ProxyGroups.Host;

/// <summary>
/// What the standard variables say of one signal's export by OTLP: OTEL_EXPORTER_OTLP_ENDPOINT for all of them, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT and its like
/// for one, OTEL_TRACES_EXPORTER=none and OTEL_SDK_DISABLED against it.
/// </summary>
internal sealed class OtlpSignal(IConfiguration variables, string name)
{
    private const string Common = "OTEL_EXPORTER_OTLP_";

    /// <exception cref="SettingsException">An endpoint is no URL.</exception>
    public bool IsExported => !IsOff && (EndpointIn($"{Common}{name}_ENDPOINT") | EndpointIn($"{Common}ENDPOINT"));

    /// <summary>The general variables are read by OpenTelemetry itself; this signal's own ones win.</summary>
    public void Apply(OtlpExporterOptions options)
    {
        if (Own("PROTOCOL") is { } protocol)
        {
            options.Protocol = protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        }

        if (Own("ENDPOINT") is { } endpoint)
        {
            options.Endpoint = new Uri(endpoint);
        }

        if (Own("HEADERS") is { } headers)
        {
            options.Headers = headers;
        }
    }

    private bool IsOff => string.Equals(variables["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase) || variables[$"OTEL_{name}_EXPORTER"] is not (null or "" or "otlp");

    private string? Own(string what) => variables[$"{Common}{name}_{what}"] is { Length: > 0 } value ? value : null;

    private bool EndpointIn(string variable)
    {
        var value = variables[variable];
        return string.IsNullOrEmpty(value) ? false
            : Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? true
            : throw new SettingsException([new SettingsError(variable, value, "is not the URL of a collector", "Write as in http://127.0.0.1:4317, or remove the variable.")]);
    }
}
