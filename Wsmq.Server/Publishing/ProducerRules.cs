using System.Text;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>Checks the producers that clients name.</summary>
internal static class ProducerRules
{
    private const int MaxNameBytes = 64;
    private const long MostEpoch = (1L << 53) - 1;

    // Clients rely on it, see protocol.md. It also bounds a state, which has at most one run for two numbers.
    private const int Window = 256;

    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static Producer Check(WsmqCaller caller, string? name, long? epoch)
    {
        if (MessageRules.Name("producer", name) is null || Encoding.UTF8.GetByteCount(name!) > MaxNameBytes)
            throw new WsmqException(WsmqErrors.InvalidMessage, $"producer has 1 to {MaxNameBytes} bytes");
        if (epoch is not (>= 0 and <= MostEpoch))
            throw new WsmqException(WsmqErrors.InvalidMessage, $"epoch is a whole number from 0 to {MostEpoch}");
        return new Producer(caller.Scope, name!, epoch.Value, Window);
    }
}
