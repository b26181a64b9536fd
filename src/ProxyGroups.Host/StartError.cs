using ProxyGroups.Configuration;

namespace ProxyGroups.Host;

/// <summary>Why the front door did not start, for the person at the terminal: cause and remedy, no stack.</summary>
internal static class StartError
{
    /// <summary>Anything else is a bug and shows its stack.</summary>
    public static bool IsExpected(Exception exception) =>
        exception is SettingsException or InvalidOperationException or IOException or InvalidDataException or UnauthorizedAccessException;

    public static string Describe(Exception exception, FrontDoorPlace place) => exception switch
    {
        SettingsException => $"{place.Name}:{Environment.NewLine}{exception.Message}",
        InvalidDataException { InnerException: { } inner } => $"{place.Name}: {exception.Message} {inner.Message}",
        IOException when exception.Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase) =>
            $"{exception.Message} Another server listens there: stop it, or choose another address with --urls http://127.0.0.1:PORT or Kestrel:Endpoints.",
        _ => exception.Message,
    };
}
