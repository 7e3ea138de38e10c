using System.Text;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>Checks the producers that clients name.</summary>
internal static class ProducerRules
{
    private const int MaxNameBytes = 64;

    // Clients rely on it, see protocol.md. It also bounds a state, which has at most one run for two numbers.
    private const int Window = 256;

    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static Producer Check(WsmqCaller caller, string? name, long? epoch)
    {
        return DefectOf(name, epoch) is { } defect
            ? throw new WsmqException(WsmqErrors.InvalidMessage, defect)
            : new Producer(caller.Scope, name!, epoch!.Value, Window);
    }

    /// <summary>What is wrong with a producer; null if nothing is.</summary>
    public static string? DefectOf(string? name, long? epoch) =>
        name is not { Length: > 0 } || Encoding.UTF8.GetByteCount(name) > MaxNameBytes ? $"{Wire.Producer} has 1 to {MaxNameBytes} bytes"
        : MessageRules.DefectOf(name) is { } defect ? $"{Wire.Producer} {defect}"
        : epoch is not (>= 0 and <= OutgoingMessageConverter.MostEpoch) ? $"{Wire.Epoch} is a whole number from 0 to {OutgoingMessageConverter.MostEpoch}"
        : null;
}
