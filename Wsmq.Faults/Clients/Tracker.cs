using System.Text.Json;
using Wsmq.Faults.History;

namespace Wsmq.Faults.Clients;

/// <summary>What a wsmq client is told of the tracked messages of its user, and what it can read of them.</summary>
internal sealed class Tracker
{
    private readonly WsmqClient _client;

    public Tracker(WsmqClient client, Action<HistoryEvent> record)
    {
        _client = client;
        client.StatusChanged += (_, e) =>
        {
            foreach (var reader in e.Status.Readers ?? [])
                record(Of(e.Status, reader));
        };
    }

    /// <summary>Reads what has become of the user's tracked messages to some addresses; null if there is no answer.</summary>
    public async Task<IReadOnlyList<HistoryEvent>?> TryReadAsync(IEnumerable<string> addresses, CancellationToken stop)
    {
        List<HistoryEvent> read = [];
        try
        {
            foreach (var address in addresses)
                await ReadAsync(WsmqAddress.Parse(address), read, stop);
        }
        catch (WsmqException)
        {
            return null;
        }

        return read;
    }

    private async Task ReadAsync(WsmqAddress address, List<HistoryEvent> read, CancellationToken stop)
    {
        await foreach (var status in _client.TrackedAsync(address, cancellationToken: stop))
        {
            read.Add(new HistoryEvent
            {
                Kind = EventKind.StatusRead, Address = status.To, Id = status.Id, Position = status.Position, Why = NameOf(status.State),
                Attempts = status.Acknowledged,
            });
            read.AddRange((status.Readers ?? []).Select(reader => Of(status, reader)));
            if (status.Readers is not null)
                continue;
            await foreach (var member in _client.ReadersOfAsync(address, WsmqPosition.Parse(status.Position), stop))
                read.Add(Of(status, member));
        }
    }

    private static HistoryEvent Of(WsmqMessageStatus status, WsmqReaderStatus reader) => new()
    {
        Kind = EventKind.Status, Address = status.To, Id = status.Id, Position = status.Position, Reader = reader.Device ?? reader.User,
        Why = NameOf(reader.State),
    };

    // As on the wire.
    private static string NameOf(WsmqDeliveryState state) => JsonSerializer.Serialize(state).Trim('"');
}
