using System.Collections.Concurrent;
using System.Diagnostics;
using HdrHistogram;

namespace Wsmq.Cli.Load;

/// <summary>What was sent, stored and received.</summary>
internal sealed class LoadLedger
{
    // Microseconds: up to ten minutes, with an error of at most 0.1%.
    private const long Longest = 600_000_000;
    private const int Digits = 3;

    private readonly ConcurrentDictionary<string, long> _refusals = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, ConcurrentQueue<(int Sender, long Number)>> _stored = [];
    private long _sent;
    private long _storedCount;

    public LongConcurrentHistogram ToReceipt { get; } = new(1, Longest, Digits);

    public LongConcurrentHistogram ToDelivery { get; } = new(1, Longest, Digits);

    /// <summary>How long after its time each send was begun: this machine, not the deployment.</summary>
    public LongConcurrentHistogram Lateness { get; } = new(1, Longest, Digits);

    public long Sent => Volatile.Read(ref _sent);

    public long Stored => Volatile.Read(ref _storedCount);

    /// <summary>Sends that failed, by the code of the error.</summary>
    public IReadOnlyDictionary<string, long> Refusals => _refusals;

    public void OnSending(TimeSpan late)
    {
        Interlocked.Increment(ref _sent);
        Record(Lateness, late);
    }

    /// <param name="receiver">The receiver to which it was sent; -1: all.</param>
    /// <param name="message">The message.</param>
    public void OnStored(int receiver, LoadMessage message)
    {
        Record(ToReceipt, Stopwatch.GetElapsedTime(message.SentAt));
        _stored.GetOrAdd(receiver, _ => []).Enqueue((message.Sender, message.Number));
        Interlocked.Increment(ref _storedCount);
    }

    public void OnFailed(Exception failure) =>
        _refusals.AddOrUpdate((failure as WsmqException)?.Error.Code ?? failure.GetType().Name, 1, (_, count) => count + 1);

    public void OnReceived(LoadMessage message) => Record(ToDelivery, Stopwatch.GetElapsedTime(message.SentAt));

    /// <summary>What one receiver has to get.</summary>
    public IEnumerable<(int Sender, long Number)> StoredFor(int receiver) =>
        (_stored.GetValueOrDefault(receiver) ?? []).Concat(_stored.GetValueOrDefault(-1) ?? []);

    private static void Record(LongConcurrentHistogram histogram, TimeSpan time) =>
        histogram.RecordValue(Math.Clamp((long)time.TotalMicroseconds, 1, Longest));
}
