namespace Wsmq.Benchmarks.Load;

/// <summary>
/// Bounds the messages in flight in a group. The stock backplane acknowledges a send once Redis has it, and queues deliveries without
/// bound: a sender limited by acknowledgements alone would measure how fast a growing backlog is written, not what a group can carry.
/// For both peers, a message therefore leaves its sender's window once it is acknowledged and, by count, delivered to all members.
/// </summary>
internal sealed class FanOutFlow(int copies)
{
    private IReadOnlyList<Sender> _senders = [];
    private long _deliveries;

    public void Begin(IReadOnlyList<Sender> senders) => _senders = senders;

    /// <summary>Each time the deliveries of one message have arrived, by count, the next sender in turn may send one more.</summary>
    public async ValueTask DeliveredAsync(int count)
    {
        var now = Interlocked.Add(ref _deliveries, count);
        for (var message = (now - count) / copies; message < now / copies; message++)
            await _senders[(int)(message % _senders.Count)].DeliveredAsync();
    }
}
