using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Hubs;

/// <summary>
/// The loggers of SignalR's handler of the wsmq hub. SignalR logs every exception of a hub method as an error with its stack trace. For
/// errors of the client, malformed frames among them, and for refusals that it is to retry, that would let clients flood the app's log and
/// its alerts: such calls are logged with their code at level Debug instead. Everything else passes, once a minute for each kind. The app's
/// other hubs log as before.
/// </summary>
internal sealed class RefusalLog(ILoggerFactory inner, LogGate gate) : ILoggerFactory
{
    // SignalR requests a logger for every connection.
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);

    public ILogger CreateLogger(string categoryName) =>
        _loggers.GetOrAdd(categoryName, name => new Logger(new GatedLogger(inner.CreateLogger(name), gate, name)));

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose()
    {
        // The inner factory belongs to the app, which disposes it.
    }

    private sealed class Logger(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // A client that disconnects during a call is no cause for alarm, and could do so repeatedly.
            var level = exception is OperationCanceledException && logLevel > LogLevel.Debug ? LogLevel.Debug : logLevel;
            if (exception is HubException { InnerException: WsmqException refused })
                Diagnostics.Log.CallRefused(inner, refused.Error.Code);
            else if (exception is InvalidDataException && logLevel == LogLevel.Error)
                Diagnostics.Log.FrameRefused(inner);
            else
                inner.Log(level, eventId, state, exception, formatter);
        }
    }
}
