using Microsoft.Extensions.Logging;

namespace ProxyGroups.Configuration;

/// <summary>Event ids 1000 to 1099.</summary>
internal sealed partial class SettingsStore
{
    [LoggerMessage(1000, LogLevel.Information, "Settings loaded: {Groups} process groups, {Routes} routes", EventName = nameof(LogLoaded))]
    private partial void LogLoaded(int groups, int routes);

    [LoggerMessage(1001, LogLevel.Information, "Changed settings taken as revision {Revision}: {Groups} process groups, {Routes} routes", EventName = nameof(LogTaken))]
    private partial void LogTaken(long revision, int groups, int routes);

    [LoggerMessage(1002, LogLevel.Error, "Changed settings refused with {Count} errors; groups and routes stay as they were. {Errors}", EventName = nameof(LogRejected))]
    private partial void LogRejected(int count, string errors);

    [LoggerMessage(1003, LogLevel.Warning, "{Warning}", EventName = nameof(LogWarning))]
    private partial void LogWarning(SettingsError warning);

    [LoggerMessage(1004, LogLevel.Error, "Changed settings could not be read; groups and routes stay as they were", EventName = nameof(LogReloadFailed))]
    private partial void LogReloadFailed(Exception exception);
}
