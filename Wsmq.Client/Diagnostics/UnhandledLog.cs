using Microsoft.Extensions.Logging;

namespace Wsmq;

/// <summary>
/// Logs that no handler takes messages of a type: at once, and then at most once a minute while more of them come, with their number.
/// Senders choose the type names, so beyond a number of types the rest is logged together.
/// </summary>
internal sealed class UnhandledLog(ILogger logger, TimeProvider time)
{
    private const int MaxTypes = 64;
    private const string NoType = "";
    private const string OtherTypes = "(others)";

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Seen> _types = new(StringComparer.Ordinal);

    private sealed class Seen
    {
        public long? Logged { get; set; }

        public int Count { get; set; }
    }

    public void Note(WsmqDelivery delivery)
    {
        var type = delivery.Type ?? NoType;
        int count;
        lock (_gate)
        {
            if (!_types.ContainsKey(type) && _types.Count >= MaxTypes)
                type = OtherTypes;
            if (!_types.TryGetValue(type, out var seen))
                _types.Add(type, seen = new Seen());
            seen.Count++;
            if (seen.Logged is { } last && time.GetElapsedTime(last) < Interval)
                return;
            (count, seen.Count, seen.Logged) = (seen.Count, 0, time.GetTimestamp());
        }

        if (type == NoType)
            Log.NoHandlerWithoutType(logger, count, delivery.Source, delivery.Position);
        else
            Log.NoHandler(logger, type, count, delivery.Source, delivery.Position);
    }
}
