using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Wsmq.Server.Diagnostics;

/// <summary>
/// Lets through one line a minute of each kind. Most of what a node has to say can be brought about again and again by a client, by
/// another program that publishes at Redis, or by each of thousands of readers in one outage. What is left out is counted, and the
/// count is said at the end of the minute with the last text, as that minute's line.
/// </summary>
internal sealed class LogGate(TimeProvider time) : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // As many as there are events in code: nothing in a key comes from outside.
    private readonly ConcurrentDictionary<LineKind, RepeatedLine> _kinds = new();

    /// <summary>What counts as the same line.</summary>
    /// <param name="Category">The category, where event ids are only unique within it; null for the library's own.</param>
    /// <param name="EventId">The event.</param>
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

    /// <summary>Says how many lines were left out until now.</summary>
    public void Tell()
    {
        foreach (var line in _kinds.Values)
            line.Tell();
    }

    public void Dispose() => Tell();
}
