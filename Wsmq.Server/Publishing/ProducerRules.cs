using System.Text;
using Wsmq.Server.Limits;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>Checks the producers that clients name.</summary>
internal static class ProducerRules
{
    private const int MaxNameBytes = 64;
    private const long MostEpoch = (1L << 53) - 1;

    // Clients rely on it, see protocol.md.
    private const int LeastWindow = 256;

    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static Producer Check(WsmqCaller caller, LimitRules rules, string? name, long? epoch)
    {
        if (MessageRules.Name("producer", name) is null || Encoding.UTF8.GetByteCount(name!) > MaxNameBytes)
            throw new WsmqException(WsmqErrors.InvalidMessage, $"producer has 1 to {MaxNameBytes} bytes");
        if (epoch is not (>= 0 and <= MostEpoch))
            throw new WsmqException(WsmqErrors.InvalidMessage, $"epoch is a whole number from 0 to {MostEpoch}");

        // What is in flight, and as much again: a client may go on for a while before it repeats what was not answered.
        var window = Math.Max(LeastWindow, 2 * rules.MaxInFlightSends);
        return new Producer(caller.Scope, name!, epoch.Value, window);
    }
}
