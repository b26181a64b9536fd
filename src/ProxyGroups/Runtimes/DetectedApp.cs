using System.Text.Encodings.Web;
using ProxyGroups.Configuration;

namespace ProxyGroups.Runtimes;

/// <summary>An app that a directory shows, as the one setting that would name it.</summary>
/// <param name="Reason">What in the directory shows it.</param>
internal sealed record DetectedApp(string Reason)
{
    public string? Wsgi { get; init; }

    public string? DotNet { get; init; }

    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>The setting as it would be written.</summary>
    public string Setting => this switch
    {
        { Wsgi: { } wsgi } => $"\"Wsgi\": {Quote(wsgi)}",
        { DotNet: { } dotnet } => $"\"DotNet\": {Quote(dotnet)}",
        _ => $"\"Command\": [ {string.Join(", ", Command.Select(Quote))} ]",
    };

    public ProcessGroupSettings ApplyTo(ProcessGroupSettings settings) =>
        settings with { Wsgi = Wsgi, DotNet = DotNet, Command = Command };

    private static string Quote(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";
}
