using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Wsmq.Server.Diagnostics;

/// <summary>
/// Writes at most one line a minute of each kind. Most events of a node can be caused repeatedly by a client, by another program that
/// publishes in Redis, or by each of thousands of readers in one outage. Suppressed lines are counted; at the end of the minute one
/// line states the count and the last text, and is the line of that minute.
/// </summary>
internal sealed class LogGate(TimeProvider time) : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // Bounded by the number of events in code: no part of a key comes from outside.
    private readonly ConcurrentDictionary<LineKind, RepeatedLine> _kinds = new();

    /// <summary>Lines of the same kind share one quota.</summary>
    /// <param name="Category">The category, if event ids are unique only within it; null for the library's own events.</param>
    /// <param name="EventId">The event id.</param>
    internal readonly record struct LineKind(string? Category, int EventId);

    public void Write<TState>(
        ILogger logger, string? category, LogLevel level, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        var line = _kinds.GetOrAdd(new LineKind(category, eventId.Id), static (_, time) => new RepeatedLine(time), time);
        if (line.TryPass())
            logger.Log(level, eventId, state, exception, formatter);
        else
            line.LeaveOut(new LeftOutLine(logger, level, eventId.Id, formatter(state, exception)));
    }

    /// <summary>Writes how many lines of each kind were suppressed so far.</summary>
    public void Flush()
    {
        foreach (var line in _kinds.Values)
            line.Flush();
    }

    public void Dispose() => Flush();
}
