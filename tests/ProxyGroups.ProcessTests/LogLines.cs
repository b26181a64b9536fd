using Microsoft.Extensions.Logging;

namespace ProxyGroups.ProcessTests;

/// <summary>Collects log lines, of all categories where it is a provider; can be held up, as a slow log is.</summary>
internal sealed class LogLines : ILogger, ILoggerProvider
{
    private readonly List<(int Id, string Text)> _lines = [];

    /// <summary>Called before each line is taken.</summary>
    public Action Before { get; set; } = () => { };

    /// <summary>Called with the id of each line that was taken.</summary>
    public Action<int> Heard { get; set; } = static _ => { };

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines.Select(static line => line.Text)];
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
        // What was told stays readable.
    }

    public IReadOnlyList<string> Of(int eventId)
    {
        lock (_lines)
        {
            return [.. _lines.Where(line => line.Id == eventId).Select(line => line.Text)];
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Before();
        lock (_lines)
        {
            _lines.Add((eventId.Id, formatter(state, exception)));
        }

        Heard(eventId.Id);
    }
}
