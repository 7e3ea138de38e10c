using System.Diagnostics;

namespace Wsmq.Faults.History;

/// <summary>Appends events to a file in the order in which they happen, and keeps them in memory for the checks of the run.</summary>
internal sealed class HistoryFile : IAsyncDisposable
{
    public const string FileName = "history.jsonl";

    private readonly Lock _lock = new();
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly List<HistoryEvent> _events = [];
    private readonly StreamWriter _writer;
    private long _lastDelivery;

    public HistoryFile(string folder) => _writer = new StreamWriter(Path.Combine(folder, FileName));

    /// <summary>The time since the last delivery.</summary>
    public TimeSpan Quiet => Stopwatch.GetElapsedTime(Volatile.Read(ref _lastDelivery));

    public HistoryEvent[] Events
    {
        get
        {
            lock (_lock)
                return [.. _events];
        }
    }

    public void Add(HistoryEvent happened)
    {
        if (happened.Kind == EventKind.Deliver)
            Volatile.Write(ref _lastDelivery, Stopwatch.GetTimestamp());
        lock (_lock)
        {
            happened = happened with { Time = Math.Round(Stopwatch.GetElapsedTime(_start).TotalSeconds, 4) };
            _events.Add(happened);
            _writer.WriteLine(happened.ToLine());
        }
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();
}
