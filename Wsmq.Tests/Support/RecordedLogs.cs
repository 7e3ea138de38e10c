using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Wsmq.Tests.Support;

/// <summary>Records what an app logs.</summary>
internal sealed class RecordedLogs : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _entries = [];

    public IEnumerable<string> All => _entries.Select(e => e.Text);

    public IEnumerable<string> Of(LogLevel level) => _entries.Where(e => e.Level == level).Select(e => e.Text);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        // Kestrel's warning of a machine that stood still for a second says nothing about the app.
        if (eventId.Name != "HeartbeatSlow")
            _entries.Enqueue((logLevel, $"{formatter(state, exception)} {exception}"));
    }

    public void Dispose()
    {
    }
}
