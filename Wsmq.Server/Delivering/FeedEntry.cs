using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Delivering;

/// <summary>
/// An entry on its way to connections. All of them get the same frame, serialized once for each hub protocol
/// (<see cref="SerializedHubMessage"/> keeps it).
/// </summary>
internal sealed class FeedEntry(string source, LogEntry entry)
{
    private SerializedHubMessage? _frame;

    public Position Position => entry.Position;

    public Position Previous => entry.Previous;

    public int Bytes => entry.Bytes;

    /// <summary>The <c>Receive</c> invocation. Two pumps may make it at the same time; either result will do.</summary>
    /// <exception cref="JsonException">The entry was not written by this program.</exception>
    public SerializedHubMessage Frame =>
        _frame ??= new SerializedHubMessage(new InvocationMessage(nameof(IWsmqClient.Receive), [EntryMetadata.ToDelivery(source, entry)]));
}
