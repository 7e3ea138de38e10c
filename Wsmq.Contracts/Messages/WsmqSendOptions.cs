namespace Wsmq;

/// <summary>
/// Options of one send, for a client and for the app's publisher: id, type, headers, correlation, reply address, and what a job demands. A value outside its
/// bounds is refused with <c>invalid-message</c>.
/// </summary>
public sealed record WsmqSendOptions
{
    /// <summary>
    /// The id of the message, 1 to 128 bytes. Within the server's deduplication window (2 minutes by default) the same id from the same
    /// sender to the same address is stored once, so a call with an id can be repeated safely. Default: a new id.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>
    /// The name of the message type on the wire; at most 128 bytes, without control characters. Default:
    /// <see cref="WsmqMessageTypeAttribute.NameOf"/> of the body's run-time type, or of its declared type where that defines how derived
    /// types are serialized (<c>[JsonDerivedType]</c>). Required where the type has no wire name, as an anonymous type.
    /// </summary>
    public string? Type { get; init; }

    /// <summary>
    /// Headers: names and values that are delivered with the message. Together they have at most 4 KiB by default, or the message is
    /// refused with <c>message-too-large</c>. Names must not be empty, and values not null. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Correlates a reply with its request; at most 128 bytes. Default: none.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The address for replies. The sender itself must be allowed to send to it. Default: none.</summary>
    public WsmqAddress? ReplyTo { get; init; }

    /// <summary>
    /// For a work queue: jobs of one key are worked on one at a time and in order, also over retries; 1 to 128 bytes. Default: none.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>
    /// For a work queue: an id that no other job of the queue may have until this one has ended, in whatever way; 1 to 128 bytes. A send
    /// with an id that is taken is a duplicate, and its receipt names the job that has it (<see cref="WsmqReceipt.UniqueIdTaken"/>).
    /// Default: none.
    /// </summary>
    public string? UniqueId { get; init; }

    /// <summary>For a work queue: the priority. Default: <see cref="WsmqJobPriority.Normal"/>.</summary>
    public WsmqJobPriority? Priority { get; init; }

    /// <summary>
    /// How long the message waits, by the store's clock, in whole milliseconds, before it is stored in its log and delivered, or before its job
    /// may begin; at most the server's <c>Publish.MaxDelay</c>, or the queue's <c>MaxDelay</c> (400 days by default). Together with
    /// <see cref="NotBefore"/> the later time counts. Until then a message to a user or a group has no position
    /// (<see cref="WsmqReceipt.DueAt"/>), and can be cancelled (<c>CancelDelayedAsync</c>). Default: none.
    /// </summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>
    /// The time before which the message waits, by the store's clock, in whole milliseconds; otherwise as <see cref="Delay"/>. A time in the past
    /// has no effect. Default: none.
    /// </summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>
    /// How long the message may wait, from the moment at which it is stored, in whole milliseconds. After that it is not delivered any more:
    /// a device that has not received it is told of a gap with the reason <see cref="WsmqGapReasons.Expired"/>, and a job becomes a dead
    /// letter instead of being worked on. Default: without a limit.
    /// </summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>
    /// For a user or a group: the message is the newest of this key. It stays stored, also after it was removed from the log, until another
    /// message of the key replaces it, or <c>RemoveStateAsync</c> removes it, and each new reader gets it before the log. 1 to 128 bytes.
    /// Default: none.
    /// </summary>
    public string? StateKey { get; init; }

    /// <summary>For a user: which of the user's devices get the message. Default: every one.</summary>
    public WsmqDeliveryMode Mode { get; init; }

    /// <summary>
    /// For a user or a group: the message is stored only if this is the last position that its log has issued, else it is refused with
    /// <c>position-conflict</c>. <see cref="WsmqPosition.Start"/> for an address without messages. A repeat of a message that is stored is a
    /// duplicate, and not refused. Default: none.
    /// </summary>
    public WsmqPosition? ExpectedTail { get; init; }

    /// <summary>
    /// The place of the message in a sequence, for senders that keep an outbox: a repeat is recognized for days instead of
    /// the deduplication window, and a message that is missing is noticed. Default: none.
    /// </summary>
    public WsmqSequence? Sequence { get; init; }

    /// <summary>
    /// For a user or a group: the message is tracked. What becomes of it (<see cref="WsmqDeliveryState"/>) is stored apart from it for as long as the
    /// server's <c>Tracking.Retention</c> (24 hours by default), and can be awaited and asked for by its sender. As many messages of a user may be
    /// tracked as <c>Limits.UserTrackedMessages</c> (10,000 by default); beyond that a send is refused with <c>too-many-tracked</c>. Default: false.
    /// </summary>
    public bool Track { get; init; }
}
