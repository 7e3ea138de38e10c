namespace Wsmq;

/// <summary>
/// The server's calls with which sources are read. Those of a connection that reads what the app has filtered or paused meanwhile are dropped:
/// they are not acknowledged, and the next connection receives what is meant.
/// </summary>
/// <param name="receiver">Receives the calls.</param>
/// <param name="drops">Whether they are dropped.</param>
internal sealed class SourceCalls(ISessionReceiver receiver, Func<bool> drops)
{
    public void Receive(WsmqDelivery delivery)
    {
        if (!drops())
            receiver.Receive(delivery);
    }

    public void ReceiveMany(IReadOnlyList<WsmqDelivery> deliveries)
    {
        if (!drops())
            receiver.ReceiveMany(deliveries);
    }

    public void Gap(string source, string after, string before, string reason)
    {
        if (!drops())
            receiver.Gap(source, after, before, reason);
    }

    public void State(string source, IReadOnlyList<WsmqDelivery> deliveries, string through)
    {
        if (!drops())
            receiver.State(source, deliveries, through);
    }

    public void Skipped(string source, string after, string through)
    {
        if (!drops())
            receiver.Skipped(source, after, through);
    }

    public void Cleared(string source, string position)
    {
        if (!drops())
            receiver.Cleared(source, position);
    }
}
