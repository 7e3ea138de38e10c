using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Hubs;

/// <summary>
/// The loggers of SignalR's handler of our hub. SignalR reports every exception of a hub method as an error with its stack trace;
/// for what a client did wrong, frames that are none among it, or was told to repeat, that would let clients flood the app's log and its alerts. Such calls are
/// noted with their code at the level Debug instead; everything else passes, once a minute and kind, and the app's other hubs log as
/// they did.
/// </summary>
internal sealed class RefusalLog(ILoggerFactory inner, LogGate gate) : ILoggerFactory
{
    // SignalR asks with every connection.
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);

    public ILogger CreateLogger(string categoryName) =>
        _loggers.GetOrAdd(categoryName, name => new Logger(new GatedLogger(inner.CreateLogger(name), gate, name)));

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose()
    {
        // The app's, and not ours to end.
    }

    private sealed class Logger(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // Who goes while a call is under way gives no cause for alarm, and could do it all day.
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
