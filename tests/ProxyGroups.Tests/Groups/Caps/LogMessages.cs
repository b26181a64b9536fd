using Microsoft.Extensions.Logging;

namespace ProxyGroups.Tests.Groups.Caps;

/// <summary>Keeps what is logged.</summary>
internal sealed class LogMessages : ILogger
{
    public List<string> All { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (All)
        {
            All.Add(formatter(state, exception));
        }
    }
}
