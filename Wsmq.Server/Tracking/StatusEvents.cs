using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Tracking;

/// <summary>
/// Tells the senders of tracked messages what has become of them: calls of this node change records, and each record names the node over which
/// its sender is told. A message may be lost, so that clients ask as well.
/// </summary>
internal sealed class StatusEvents(IStore store, StatusListeners listeners, ILogger<StatusEvents> logger)
    : CoalescingWorker<IReadOnlyList<TrackedChange>>, INodePart
{
    // Also with long names this is less than a message between nodes may have. The counts of a status are those of all readers.
    private const int MostInAMessage = 16;
    private const int MostReaders = 16;

    private const string UserScope = "user:";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        store.Nodes.Handle(NodeMessageKind.Tracking, Receive);
        store.Tracking.Changed += Add;
        return Task.CompletedTask;
    }

    public async Task StopAsync()
    {
        store.Tracking.Changed -= Add;
        await WhenIdle();
    }

    protected override async Task RunAsync(List<IReadOnlyList<TrackedChange>> items)
    {
        // Users only: nobody listens for the app.
        var changes = items.SelectMany(i => i).Where(c => c.Entry.Sender.StartsWith(UserScope, StringComparison.Ordinal));
        foreach (var of in changes.GroupBy(c => (c.Watcher, c.Entry.Sender)))
        {
            foreach (var part in Merged(of.Select(c => c.Entry)).Chunk(MostInAMessage))
                await SendAsync(of.Key.Watcher, of.Key.Sender[UserScope.Length..], part);
        }
    }

    // The newest counts of each entry, and all readers for which something has changed, of each the newest.
    private IEnumerable<WsmqMessageStatus> Merged(IEnumerable<TrackedEntry> entries) =>
        entries.GroupBy(e => (e.To, e.Position))
            .Select(of => TrackingViews.Of(of.Last() with { Readers = Newest(of.SelectMany(e => e.Readers)) }, store.Now, withReaders: true));

    private static TrackedReader[] Newest(IEnumerable<TrackedReader> readers) =>
        [.. readers.GroupBy(r => r.Name, StringComparer.Ordinal).Select(of => of.Last()).Take(MostReaders)];

    private async Task SendAsync(string node, string user, WsmqMessageStatus[] changes)
    {
        try
        {
            if (node == store.Nodes.Self)
                listeners.Tell(user, changes);
            else
                await store.Nodes.SendAsync(node, NodeMessageKind.Tracking, Write(user, changes), CancellationToken.None);
        }
        catch (Exception e)
        {
            Log.StatusNotSent(logger, e, node);
        }
    }

    private void Receive(ReadOnlyMemory<byte> message)
    {
        try
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(message.Span);
            var user = Encoding.UTF8.GetString(message.Span.Slice(sizeof(ushort), length));
            if (JsonSerializer.Deserialize(message.Span[(sizeof(ushort) + length)..], WsmqJsonContext.Relaxed.WsmqMessageStatusArray) is { } changes)
                listeners.Tell(user, changes);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // From a node of another version, or of another program: the clients ask.
            Log.StatusNotSent(logger, e, store.Nodes.Self);
        }
    }

    private static byte[] Write(string user, WsmqMessageStatus[] changes)
    {
        var name = Encoding.UTF8.GetBytes(user);
        var json = JsonSerializer.SerializeToUtf8Bytes(changes, WsmqJsonContext.Relaxed.WsmqMessageStatusArray);
        var message = new byte[sizeof(ushort) + name.Length + json.Length];
        BinaryPrimitives.WriteUInt16BigEndian(message, (ushort)name.Length);
        name.CopyTo(message, sizeof(ushort));
        json.CopyTo(message, sizeof(ushort) + name.Length);
        return message;
    }
}
