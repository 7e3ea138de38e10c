using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;

namespace Wsmq;

/// <summary>
/// The log of a client whose app has set no logger factory: warnings and errors as lines on standard error. Without it, a wrong URL, a
/// server that is not there, and messages without a handler would be silent.
/// </summary>
internal sealed class StandardErrorLog : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            Console.Error.WriteLine($"wsmq: {formatter(state, exception)}{CauseOf(exception)}");
    }

    // The app's own exceptions have their stack; those of the server and the network come from code that the app does not know.
    private static string CauseOf(Exception? exception) => exception switch
    {
        null => string.Empty,
        WsmqException or HubException or HttpRequestException or WebSocketException or TimeoutException or IOException { InnerException: SocketException }
            => $" {exception.Message}",
        _ => $"{Environment.NewLine}{exception}",
    };
}
