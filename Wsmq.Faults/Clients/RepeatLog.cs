using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Wsmq.Faults.Clients;

/// <summary>
/// Observes in the log of the wsmq client when it repeats sends after a retryable refusal. The client reports it nowhere else.
/// </summary>
internal sealed class RepeatLog(Action<string> repeated) : ILoggerFactory, ILogger
{
    private const string Event = "SendsRepeated";

    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith("Wsmq", StringComparison.Ordinal) ? this : NullLogger.Instance;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Name == Event && state is IReadOnlyList<KeyValuePair<string, object?>> values)
            repeated((string)values.First(v => v.Key == "To").Value!);
    }

    public void Dispose()
    {
    }
}
