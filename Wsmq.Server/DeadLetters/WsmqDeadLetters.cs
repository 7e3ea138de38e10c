using System.Text.Json;
using Wsmq.Server.Configuration;
using Wsmq.Server.Delivering;
using Wsmq.Server.Logs;
using Wsmq.Server.Publishing;

namespace Wsmq.Server.DeadLetters;

internal sealed class WsmqDeadLetters(IStore store, StartGate start, PublishQueue queue) : IWsmqDeadLetters
{
    private const int MostListed = 1_000;

    // Ids of replays live in a space of their own beside those of the app and of users.
    private const string Scope = "replay";

    public async Task<IReadOnlyList<DeadLetter>> ListAsync(
        string userId, string? after = null, int max = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, MostListed);
        var own = Address.User(userId);
        DeadLetterKey? behind = after is null ? null : DeadLetterId.Parse(after);
        var letters = new List<DeadLetter>();
        await start.WaitAsync(cancellationToken);
        foreach (var source in await SourcesAsync(own, behind, cancellationToken))
        {
            var found = await store.DeadLetters.ListAsync(source, own.Name, cancellationToken);
            letters.AddRange(found.Where(l => behind is null || Compare(l.Key, behind.Value) > 0).Take(max - letters.Count).Select(Show));
            if (letters.Count == max)
                break;
        }

        return letters;
    }

    public async Task<DeadLetter?> ReadAsync(string userId, string id, CancellationToken cancellationToken = default) =>
        await FindAsync(userId, id, cancellationToken) is { } letter ? Show(letter) with { Message = MessageOf(letter) } : null;

    public async Task<Receipt?> ReplayAsync(string userId, string id, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(userId, id, cancellationToken) is not { } letter)
            return null;
        var to = Address.User(userId);
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
        };
        var send = new AwaitedSend(new AppendRequest(to, Scope, metadata.Id, metadata.ToBytes(), letter.Entry!.Body));
        queue.Enqueue(send);
        var receipt = await send.Receipt.WaitAsync(cancellationToken);
        await store.DeadLetters.RemoveAsync(letter.Key, to.Name, cancellationToken);
        return receipt;
    }

    public async Task<bool> RemoveAsync(string userId, string id, CancellationToken cancellationToken = default)
    {
        var (key, user) = (DeadLetterId.Parse(id), Address.User(userId).Name);
        await start.WaitAsync(cancellationToken);
        return await store.DeadLetters.RemoveAsync(key, user, cancellationToken);
    }

    // Leaving a group removes what was set aside there, so that the groups of the user are all there is beside the own queue.
    private async Task<IEnumerable<Address>> SourcesAsync(Address own, DeadLetterKey? behind, CancellationToken cancellationToken)
    {
        var groups = await store.Memberships.GroupsOfAsync(own.Name, cancellationToken);
        return groups.Select(m => Address.Group(m.Group)).Append(own)
            .Where(s => behind is not { } key || Compare(s, key.Source) >= 0)
            .OrderBy(s => s.ToString(), StringComparer.Ordinal);
    }

    private async Task<StoredDeadLetter?> FindAsync(string userId, string id, CancellationToken cancellationToken)
    {
        var (key, user) = (DeadLetterId.Parse(id), Address.User(userId).Name);
        await start.WaitAsync(cancellationToken);
        return await store.DeadLetters.ReadAsync(key, user, cancellationToken);
    }

    private static DeadLetter Show(StoredDeadLetter letter) => new()
    {
        Id = DeadLetterId.Of(letter.Key),
        Source = letter.Key.Source,
        Position = letter.Key.Position,
        Device = letter.Key.Device,
        Attempts = letter.Attempts,
        SetAsideAt = DateTimeOffset.UnixEpoch.AddMicroseconds(letter.SetAsideAt),
        Reason = letter.Reason,
    };

    // The same bytes that its client got.
    private static Delivery MessageOf(StoredDeadLetter letter) =>
        StoredEntry.Check(letter.Entry!, out var isBinary, out var defect)
            ? JsonSerializer.Deserialize(
                JsonFrames.Delivery(JsonFrames.Receive(JsonFrames.SourceOf(letter.Key.Source), letter.Entry!, isBinary)),
                WsmqJsonContext.Default.Delivery)!
            : throw new WsmqException(WsmqErrors.StoreDamaged, defect);

    private static Dictionary<string, string> HeadersOf(Delivery message) => new(message.Headers ?? new Dictionary<string, string>(), StringComparer.Ordinal)
    {
        [ReplayHeaders.Source] = message.Source,
        [ReplayHeaders.Position] = message.Position,
    };

    private static int Compare(Address left, Address right) => string.CompareOrdinal(left.ToString(), right.ToString());

    private static int Compare(DeadLetterKey left, DeadLetterKey right)
    {
        var source = Compare(left.Source, right.Source);
        return source != 0 ? source
            : left.Position != right.Position ? left.Position.CompareTo(right.Position)
            : string.CompareOrdinal(left.Device, right.Device);
    }
}
