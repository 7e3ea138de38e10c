namespace Wsmq.Benchmarks.Load;

/// <summary>
/// Bounds what is under way in a group. The stock backplane acknowledges a send that Redis took and queues deliveries without a
/// bound: a sender that follows acknowledgements alone would measure how fast a growing backlog is written, not what a group
/// can carry. So a message leaves its sender's window once it is acknowledged and, in number, delivered to all; for both peers.
/// </summary>
internal sealed class FanOutFlow(int copies)
{
    private IReadOnlyList<Sender> _senders = [];
    private long _deliveries;

    public void Begin(IReadOnlyList<Sender> senders) => _senders = senders;

    /// <summary>Each time as many deliveries arrived as one message has, the next sender in turn may send one more.</summary>
    public async ValueTask DeliveredAsync(int count)
    {
        var now = Interlocked.Add(ref _deliveries, count);
        for (var message = (now - count) / copies; message < now / copies; message++)
            await _senders[(int)(message % _senders.Count)].DeliveredAsync();
    }
}
