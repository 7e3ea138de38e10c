namespace Wsmq;

/// <summary>
/// Puts together the calls with which the server delivers the state of a source. Each connection has its own, so that a part of a state that
/// arrived over a lost connection is forgotten: the server delivers the state from its beginning again.
/// </summary>
/// <param name="complete">Receives a whole state: the source, the messages, and the position after which the log goes on.</param>
internal sealed class StateCalls(Action<string, IReadOnlyList<WsmqDelivery>, string> complete)
{
    // SignalR runs the server's calls one after another.
    private readonly Dictionary<string, List<WsmqDelivery>> _open = new(StringComparer.Ordinal);

    public void Add(string source, IReadOnlyList<WsmqDelivery> deliveries, string? through)
    {
        // The server has begun again before it had ended.
        if (deliveries.Count == 0 && through is null)
        {
            _open.Remove(source);
            return;
        }

        var open = _open.GetValueOrDefault(source);

        // Positions only grow within a state: the server has begun again, because of a Resume.
        if (open is { Count: > 0 } && deliveries.Count > 0 && string.CompareOrdinal(deliveries[0].Position, open[^1].Position) <= 0)
            open.Clear();
        if (through is not null)
        {
            _open.Remove(source);
            complete(source, open is null ? deliveries : [.. open, .. deliveries], through);
            return;
        }

        if (open is null)
            _open.Add(source, open = []);
        open.AddRange(deliveries);
    }
}
