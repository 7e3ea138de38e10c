using System.Text.Json;
using Microsoft.Extensions.Options;
using Wsmq.Server.Framing;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Publishing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.DeadLetters;

internal sealed class WsmqDeadLetters(IStore store, StartGate start, PublishQueue queue, IOptions<WsmqOptions> options) : IWsmqDeadLetters
{
    /// <summary>The largest page.</summary>
    public const int MostListed = 1_000;

    private readonly DeadLetterSearch _search = new(store);

    // Replays have their own deduplication scope, so that their ids cannot collide with message ids of the app or of users.
    private const string Scope = "replay";

    public async Task<IReadOnlyList<WsmqDeadLetter>> ListAsync(
        string userId, string? after = null, int max = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, MostListed);
        var own = WsmqAddress.User(userId);
        DeadLetterKey? last = after is null ? null : DeadLetterId.Parse(after);
        var letters = new List<WsmqDeadLetter>();
        await start.WaitAsync(cancellationToken);
        foreach (var source in await SourcesAsync(own, last, cancellationToken))
        {
            var found = await store.DeadLetters.ListAsync(source, own.Name, cancellationToken);
            letters.AddRange(found.Where(l => last is null || Compare(l.Key, last.Value) > 0).Take(max - letters.Count).Select(Show));
            if (letters.Count == max)
                break;
        }

        return letters;
    }

    public async Task<WsmqDeadLetter?> ReadAsync(string userId, string id, CancellationToken cancellationToken = default) =>
        await FindAsync(userId, id, cancellationToken) is { } letter ? Show(letter) : null;

    public async Task<WsmqReceipt?> ReplayAsync(string userId, string id, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(userId, id, cancellationToken) is not { } letter)
            return null;
        var to = WsmqAddress.User(userId);
        var message = MessageOf(letter);
        var metadata = new EntryMetadata
        {
            Id = DeadLetterId.ReplayOf(letter.Key),
            Sender = message.Sender,
            SentAt = message.SentAt,
            Type = message.Type,
            ContentType = message.ContentType,
            Headers = HeadersOf(message),
            CorrelationId = message.CorrelationId,
            ReplyTo = message.ReplyTo,

            // For its handler. The state of the address is what it has become since.
            StateKey = message.StateKey,
            RemovesState = message.RemoveState,
        };
        var send = new AwaitedSend(new AppendRequest(to, Scope, metadata.Id, metadata.ToBytes(), letter.Entry!.Body)
        {
            IsNoted = UnacknowledgedRules.Includes(options.Value.Unacknowledged, to, metadata.Type, metadata.Headers),
        });
        queue.Enqueue(send);
        var receipt = await send.Receipt.WaitAsync(cancellationToken);
        await store.DeadLetters.RemoveAsync(letter.Key, to.Name, cancellationToken);
        return receipt;
    }

    public async Task<bool> RemoveAsync(string userId, string id, CancellationToken cancellationToken = default)
    {
        var (key, user) = (DeadLetterId.Parse(id), WsmqAddress.User(userId).Name);
        await start.WaitAsync(cancellationToken);
        return await store.DeadLetters.RemoveAsync(key, user, cancellationToken);
    }

    public async Task<WsmqPage<WsmqFoundDeadLetter>> SearchAsync(
        WsmqDeadLetterQuery query, string? next = null, int max = 50, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, MostListed);
        await start.WaitAsync(cancellationToken);
        return await _search.PageAsync(query, next, max, cancellationToken);
    }

    public async Task<WsmqDeadLetterCount> CountAsync(WsmqDeadLetterQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        await start.WaitAsync(cancellationToken);
        var until = await _search.NowAsync(cancellationToken);
        return new WsmqDeadLetterCount(await _search.CountAsync(query, until, cancellationToken), until);
    }

    // Leaving a group removes its dead letters, so that only the user's own queue and current groups can have some.
    private async Task<IEnumerable<WsmqAddress>> SourcesAsync(WsmqAddress own, DeadLetterKey? last, CancellationToken cancellationToken)
    {
        var groups = await store.Memberships.GroupsOfAsync(own.Name, cancellationToken);
        return groups.Select(m => WsmqAddress.Group(m.Group)).Append(own)
            .Where(s => last is not { } key || Compare(s, key.Source) >= 0)
            .OrderBy(s => s.ToString(), StringComparer.Ordinal);
    }

    private async Task<StoredDeadLetter?> FindAsync(string userId, string id, CancellationToken cancellationToken)
    {
        var (key, user) = (DeadLetterId.Parse(id), WsmqAddress.User(userId).Name);
        await start.WaitAsync(cancellationToken);
        return await store.DeadLetters.ReadAsync(key, user, cancellationToken);
    }

    public static WsmqDeadLetter Show(StoredDeadLetter letter) => new()
    {
        Id = DeadLetterId.Of(letter.Key),
        Source = letter.Key.Source,
        Position = letter.Key.Position,
        Device = letter.Key.Device,
        Attempts = letter.Attempts,
        DeadLetteredAt = DateTimeOffset.UnixEpoch.AddMicroseconds(letter.DeadLetteredAt),
        Reason = letter.Reason,
        Message = letter.Entry is null ? null : MessageOf(letter),
    };

    // Builds the message from the same frame bytes that its client received.
    private static WsmqDelivery MessageOf(StoredDeadLetter letter) =>
        StoredEntry.Check(letter.Entry!, out var isBinary, out var defect)
            ? JsonSerializer.Deserialize(
                JsonFrames.DeliveryOf(JsonFrames.SourceOf(letter.Key.Source), letter.Entry!, isBinary),
                WsmqJsonContext.Default.WsmqDelivery)!
            : throw new WsmqException(WsmqErrors.StoreCorrupt, defect);

    private static Dictionary<string, string> HeadersOf(WsmqDelivery message) => new(message.Headers ?? new Dictionary<string, string>(), StringComparer.Ordinal)
    {
        [WsmqReplayHeaders.Source] = message.Source,
        [WsmqReplayHeaders.Position] = message.Position,
    };

    private static int Compare(WsmqAddress left, WsmqAddress right) => string.CompareOrdinal(left.ToString(), right.ToString());

    private static int Compare(DeadLetterKey left, DeadLetterKey right)
    {
        var source = Compare(left.Source, right.Source);
        return source != 0 ? source
            : left.Position != right.Position ? left.Position.CompareTo(right.Position)
            : string.CompareOrdinal(left.Device, right.Device);
    }
}
