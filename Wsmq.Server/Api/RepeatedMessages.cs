using System.Text.Json;
using Wsmq.Server.Framing;
using Wsmq.Server.Queues;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Api;

/// <summary>
/// Compares a message whose id was already used with the one that was stored under it: a script that is corrupted and run again must not
/// take the receipt of the first message for that of the second. A message that is no longer stored cannot be compared.
/// </summary>
internal sealed class RepeatedMessages(IStore store)
{
    /// <summary>Whether a receipt is that of another message than the one that was sent.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c> or <c>store-corrupt</c>.</exception>
    public async Task<bool> DiffersAsync(WsmqOutgoingMessage sent, string position, CancellationToken cancellationToken)
    {
        var (to, at) = (WsmqAddress.Parse(sent.To), WsmqPosition.Parse(position));
        return to.Kind == WsmqAddressKind.Work
            ? await store.Jobs.ReadAsync(to, at, cancellationToken) is { } job && DiffersFrom(sent, JobViews.Of(to, job))
            : await ReadAsync(to, at, cancellationToken) is { } stored && DiffersFrom(sent, stored);
    }

    private async Task<WsmqDelivery?> ReadAsync(WsmqAddress to, WsmqPosition at, CancellationToken cancellationToken)
    {
        var page = await store.MessageLog.ReadAsync(to, new WsmqPosition(at.Value - 1), 1, 1, cancellationToken);
        if (page.Entries is not [{ Defect: null, IsGone: false } entry] || entry.Position != at)
            return null;
        try
        {
            return JobMessage.Of(to, at, entry.Metadata, entry.Body);
        }
        catch (JsonException)
        {
            // Corrupt or foreign: its readers get a gap.
            return null;
        }
    }

    // The times of a job are not compared: a delay is relative to the moment of the send.
    private static bool DiffersFrom(WsmqOutgoingMessage sent, WsmqJobInfo stored) =>
        (stored.Message is { } message && DiffersFrom(sent, message))
        || sent.Key != stored.Key || sent.UniqueId != stored.UniqueId || (sent.Priority ?? WsmqJobPriority.Normal) != stored.Priority;

    private static bool DiffersFrom(WsmqOutgoingMessage sent, WsmqDelivery stored) =>
        sent.Type != stored.Type || sent.CorrelationId != stored.CorrelationId || sent.ReplyTo != stored.ReplyTo
        || sent.StateKey != stored.StateKey || sent.RemoveState != stored.RemoveState || sent.AnyDevice != stored.AnyDevice
        || BodyDiffers(sent, stored) || HeadersDiffer(sent.Headers, stored.Headers);

    // Compared as text: it is stored and delivered as it was sent.
    private static bool BodyDiffers(WsmqOutgoingMessage sent, WsmqDelivery stored) =>
        sent.Data is { } data
            ? stored.Data is not { } bytes || !bytes.Span.SequenceEqual(data.Span)
                || (sent.ContentType is { } type && type != stored.ContentType)
            : stored.Data is not null || (stored.Body ?? default) != (sent.Body ?? default);

    private static bool HeadersDiffer(IReadOnlyDictionary<string, string>? sent, IReadOnlyDictionary<string, string>? stored) =>
        (sent?.Count ?? 0) != (stored?.Count ?? 0)
        || sent?.All(h => stored!.TryGetValue(h.Key, out var value) && value == h.Value) == false;
}
