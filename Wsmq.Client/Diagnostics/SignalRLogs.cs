using Microsoft.Extensions.Logging;

namespace Wsmq;

/// <summary>
/// Wraps the app's logger factory for a SignalR connection. A connection has its own service container, which disposes its services;
/// the app's factory must survive that. Also lowers SignalR's messages about each failed attempt to connect to the level Debug, because
/// the client logs them itself, once per outage.
/// </summary>
internal sealed class SignalRLogs(ILoggerFactory inner) : ILoggerFactory
{
    private const string Transports = "Microsoft.AspNetCore.Http.Connections.Client";

    public ILogger CreateLogger(string categoryName) => categoryName.StartsWith(Transports, StringComparison.Ordinal)
        ? new Quiet(inner.CreateLogger(categoryName))
        : inner.CreateLogger(categoryName);

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose()
    {
    }

    private sealed class Quiet(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(Lowered(logLevel));

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var level = Lowered(logLevel);
            if (inner.IsEnabled(level))
                inner.Log(level, eventId, state, exception, formatter);
        }

        private static LogLevel Lowered(LogLevel level) => level is LogLevel.None or < LogLevel.Debug ? level : LogLevel.Debug;
    }
}
