using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Journals;

/// <summary>Moves messages from journals to the logs of their addresses, and removes entries of journals that nobody needs any more.</summary>
internal sealed class JournalSettler(RedisConnections connections, RedisKeys keys, RedisLanes lanes, WsmqOptions options, ILogger logger)
{
    // A script holds Redis for a few milliseconds at most, see also JournalPace.
    private const int MostMoved = 256;
    private const int MostAdopted = 16;
    private const int MostRounds = 64;
    private const char Corrupt = '2';
    private const char NotYet = '3';

    /// <summary>Afterwards no log needs the entries of journals with messages of it up to a position.</summary>
    /// <returns>What allows the removal of these entries.</returns>
    private async Task<string> SettleAsync(
        RedisLane lane, IEnumerable<LogKeys> logs, WsmqPosition through, JournalPace pace, CancellationToken cancellationToken)
    {
        var rule = options.Retention.For(WsmqAddressKind.User).Values();
        var left = new Queue<LogKeys>(logs);
        var (mark, run) = (string.Empty, Guid.NewGuid().ToString("N"));
        var calls = 0;
        while (left.Count > 0)
        {
            var part = new LogKeys[Math.Min(pace.Size, left.Count)];
            for (var j = 0; j < part.Length; j++)
                part[j] = left.Dequeue();
            var next = string.Create(CultureInfo.InvariantCulture, $"{run}-{++calls}");
            var reply = (string)(await connections.EvaluateAsync(
                RedisScript.Settle, [lane.Keys.Active, lane.Keys.Spare, lane.Keys.Settled, .. part.SelectMany(log => log.Pair)],
                [through.ToString(), .. rule, MostMoved, mark, next, .. part.Select(log => (RedisValue)log.Name)], cancellationToken))!;
            mark = next;
            for (var j = 0; j < part.Length; j++)
            {
                if (reply[j] == NotYet)
                    left.Enqueue(part[j]);
                else if (reply[j] == Corrupt)
                    Log.JournalDamaged(logger, Encoding.UTF8.GetString(part[j].Name.AsSpan(2)));
            }

            if (left.Count > 0)
                await pace.PauseAsync(cancellationToken);
        }

        return mark;
    }

    /// <summary>Removes entries of a journal.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="node">Whose journal.</param>
    /// <param name="entries">The ID of the first and of the last entry to remove, or the numbers of their batches.</param>
    /// <param name="mark">What <see cref="SettleAsync"/> has returned: a server that lacks its work, because it was a replica, removes nothing.</param>
    /// <param name="pace">The size of the calls.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    private async Task TrimAsync(
        RedisLane lane, string node, (string First, string Last) entries, string mark, JournalPace pace, CancellationToken cancellationToken)
    {
        for (var most = pace.Size; await TrimAsync(lane, node, entries, mark, most, andJournal: false, cancellationToken) == most; most = pace.Size)
            await pace.PauseAsync(cancellationToken);
    }

    /// <summary>Removes a journal if it has no entries.</summary>
    public Task RemoveAsync(RedisLane lane, string node, CancellationToken cancellationToken) =>
        TrimAsync(lane, node, ("0", "0"), string.Empty, most: 1, andJournal: true, cancellationToken);

    /// <summary>Settles a window, and removes its entries.</summary>
    public async Task EndAsync(RedisLane lane, JournalWindow window, JournalPace pace, CancellationToken cancellationToken)
    {
        var mark = await SettleAsync(lane, window.Logs, window.Last!.Value, pace, cancellationToken);
        await TrimAsync(lane, lanes.Node, (Text(window.First), Text(window.Through)), mark, pace, cancellationToken);
    }

    /// <summary>Says that this node is alive.</summary>
    public Task RenewAsync(RedisLane lane, CancellationToken cancellationToken) => connections.AskAsync(
        (database, primary) => database.StringSetAsync(lane.Keys.Lease, "1", lanes.Lease, flags: primary), cancellationToken);

    /// <summary>Settles and removes the journals of all nodes that are gone.</summary>
    public async Task AdoptAsync(RedisLane lane, JournalPace pace, CancellationToken cancellationToken)
    {
        var nodes = await connections.AskAsync((database, primary) => database.SetMembersAsync(lane.Keys.Journals, primary), cancellationToken);
        foreach (var node in nodes.Select(n => (string)n!).Where(n => n != lanes.Node))
        {
            try
            {
                await AdoptAsync(lane, node, pace, cancellationToken);
            }
            catch (Exception e) when (e is RedisServerException || (e as WsmqException)?.Error == WsmqErrors.StoreCorrupt)
            {
                // A corrupt journal must not keep the others from being settled.
                Log.JournalFailed(logger, e);
            }
        }
    }

    /// <summary>
    /// Settles and removes what the own journal should not have any more: a server that was a replica has it if it had not received the removal.
    /// </summary>
    /// <param name="lane">The lane.</param>
    /// <param name="through">The number of the last batch that was removed.</param>
    /// <param name="pace">The size of the calls.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task RepeatAsync(RedisLane lane, long through, JournalPace pace, CancellationToken cancellationToken)
    {
        for (var round = 0; round < MostRounds && await AdoptSomeAsync(lane, lanes.Node, Text(through), pace, cancellationToken); round++)
        {
        }
    }

    // A long journal is adopted in several passes: the own one must be looked after, too.
    private async Task AdoptAsync(RedisLane lane, string node, JournalPace pace, CancellationToken cancellationToken)
    {
        for (var round = 0; round < MostRounds && !await LivesAsync(lane, node, cancellationToken); round++)
        {
            if (await AdoptSomeAsync(lane, node, "+", pace, cancellationToken))
                continue;
            await RemoveAsync(lane, node, cancellationToken);
            return;
        }
    }

    // Returns false if there is nothing.
    private async Task<bool> AdoptSomeAsync(RedisLane lane, string node, string through, JournalPace pace, CancellationToken cancellationToken)
    {
        var entries = await connections.AskAsync(
            (database, primary) => database.StreamRangeAsync(lane.Keys.JournalOf(node), maxId: through, count: MostAdopted, flags: primary), cancellationToken);
        if (entries.Length == 0)
            return false;
        var blobs = await Task.WhenAll(entries.Select(entry => BlobAsync(lane, node, (string)entry.Id!, cancellationToken)));
        var logs = blobs.SelectMany(AddressesOf).Distinct().Select(keys.Of);
        var mark = await SettleAsync(lane, logs, new WsmqPosition(WsmqPosition.MaxValue), pace, cancellationToken);
        await TrimAsync(lane, node, ((string)entries[0].Id!, (string)entries[^1].Id!), mark, pace, cancellationToken);
        return true;
    }

    private Task<bool> LivesAsync(RedisLane lane, string node, CancellationToken cancellationToken) => connections.AskAsync(
        (database, primary) => database.KeyExistsAsync(lane.Keys.Leases + node, primary), cancellationToken);

    private async Task<byte[]> BlobAsync(RedisLane lane, string node, string id, CancellationToken cancellationToken)
    {
        var parts = id.Split('-');
        RedisKey blob = $"{lane.Keys.BlobsOf(node)}{parts[0].PadLeft(12, '0')}{parts[1].PadLeft(4, '0')}";
        return (byte[]?)await connections.AskAsync((database, primary) => database.StringGetAsync(blob, primary), cancellationToken) ?? [];
    }

    private async Task<int> TrimAsync(
        RedisLane lane, string node, (string First, string Last) entries, string mark, int most, bool andJournal, CancellationToken cancellationToken) =>
        (int)await connections.EvaluateAsync(
            RedisScript.JournalTrim, [lane.Keys.JournalOf(node), lane.Keys.Journals, lane.Keys.Settled],
            [entries.First, entries.Last, lane.Keys.HeadsOf(node), lane.Keys.BlobsOf(node), node, most, andJournal, mark], cancellationToken);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<WsmqAddress> AddressesOf(byte[] blob)
    {
        var addresses = new List<WsmqAddress>();
        for (var records = new JournalTable(blob); records.TryRead(out var name, out _);)
        {
            if (WsmqAddress.TryParse(Encoding.UTF8.GetString(name), out var address))
                addresses.Add(address);
        }

        return addresses;
    }
}
