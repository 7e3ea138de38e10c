namespace Wsmq;

/// <summary>
/// The place of a message among those that one producer sends to one address: for senders that keep what they send until it is stored, such
/// as an outbox. The store keeps the last number of each producer and address for days (<c>Publish.SequenceRetention</c>, 30 days by default)
/// after the last message. A repeat of a number is stored once, a number that skips one is refused with <c>out-of-sequence</c>, and a message
/// that is refused for good uses its number up. See docs/protocol.md.
/// </summary>
/// <param name="Producer">
/// The name of the producer, 1 to 64 bytes without control characters, kept together with the numbers. Two programs of one user do not share
/// a name; users do not share names with each other.
/// </param>
/// <param name="Epoch">
/// 0 to 2^53 - 1. A higher epoch begins at number 1 again, and refuses what is still on its way from lower ones. A producer that was told
/// <c>out-of-sequence</c> goes on under the next one.
/// </param>
/// <param name="Number">1 for the first message of the producer and epoch to the address, then 2, 3 and so on; at most 999,999,999,998.</param>
public sealed record WsmqSequence(string Producer, long Epoch, long Number);
