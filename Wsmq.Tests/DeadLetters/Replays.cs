using System.Text;
using Wsmq.Server.Framing;
using Wsmq.Server.Stores;
using Wsmq.Tests.Logs;

namespace Wsmq.Tests.DeadLetters;

/// <summary>Replays in the queues of users.</summary>
internal static class Replays
{
    /// <summary>
    /// Stores the replay of a dead letter as an attempt leaves it that ends before the removal, and whose id the store no longer remembers.
    /// </summary>
    public static async Task StoreOldAsync(OperatorNode node, DeadLetterKey key, string body)
    {
        var metadata = new EntryMetadata
        {
            Id = DeadLetterId.ReplayOf(key), SentAt = 0,
            Headers = new Dictionary<string, string>
            {
                [WsmqReplayHeaders.Source] = key.Source.ToString(), [WsmqReplayHeaders.Position] = $"{key.Position}",
            },
        };
        var log = node.Store.MessageLog;
        await log.Appenders[log.AppenderOf(key.Source)].AppendAsync(
            [new AppendRequest(key.Source, "elsewhere", metadata.Id, metadata.ToBytes(), Encoding.UTF8.GetBytes(body))], follows: false, default);
    }

    /// <summary>The bodies of the replays in a user's queue.</summary>
    public static async Task<List<string>> OfAsync(OperatorNode node, string user)
    {
        var page = await node.Store.MessageLog.ReadAsync(WsmqAddress.User(user), WsmqPosition.Start, 1_000, 1 << 24, default);
        return [.. page.Entries.Where(e => EntryHeader.Of(e.Metadata).Replay is not null).Select(e => Encoding.UTF8.GetString(e.Body.Span))];
    }
}
