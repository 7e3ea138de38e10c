using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>
/// A message to send, in the form that goes over the wire. Only <see cref="To"/> is required. The sender is not part of it: the server
/// sets it from the connection's user.
/// </summary>
[JsonConverter(typeof(OutgoingMessageConverter))]
public sealed record WsmqOutgoingMessage
{
    /// <summary>The address to send to: <c>user:&lt;id&gt;</c>, <c>group:&lt;name&gt;</c> or <c>work:&lt;queue&gt;</c>, for example <c>user:bob</c>.</summary>
    public string? To { get; init; }

    /// <summary>
    /// The id of the message, 1 to 128 bytes. It makes a retry harmless: within the deduplication window (an option of the server,
    /// 2 minutes by default) the same id from the same sender to the same address is stored once. Without an id the server generates
    /// one, and a retry is a new message.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>The name of the message type, by which receivers select a handler; at most 128 bytes.</summary>
    public string? Type { get; init; }

    /// <summary>The body as one JSON value; null where <see cref="Data"/> is set.</summary>
    public WsmqJsonBody? Body { get; init; }

    /// <summary>The body as bytes (base64 in JSON); null where <see cref="Body"/> is set.</summary>
    public ReadOnlyMemory<byte>? Data { get; init; }

    /// <summary>The media type of <see cref="Data"/>, at most 128 bytes. Default: <c>application/octet-stream</c>.</summary>
    public string? ContentType { get; init; }

    /// <summary>Headers: names and values that are delivered with the message. The server limits their size (4 KiB by default).</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Correlates a reply with its request; at most 128 bytes.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The address for replies. The sender itself must be allowed to send to it.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>
    /// For a work queue: jobs of one key are worked on one at a time and in order, also over retries; 1 to 128 bytes. Default: none.
    /// </summary>
    public string? Key
    {
        get => Rare?.Key;
        init => Rare = Needs(value) ? Others with { Key = value } : null;
    }

    /// <summary>
    /// For a work queue: an id that no other job of the queue may have until this one has ended, in whatever way; 1 to 128 bytes. A send
    /// with an id that is taken is a duplicate, and its receipt names the job that has it (<see cref="WsmqReceipt.UniqueIdTaken"/>).
    /// Default: none.
    /// </summary>
    public string? UniqueId
    {
        get => Rare?.UniqueId;
        init => Rare = Needs(value) ? Others with { UniqueId = value } : null;
    }

    /// <summary>For a work queue: the priority. Default: <see cref="WsmqJobPriority.Normal"/>.</summary>
    public WsmqJobPriority? Priority
    {
        get => Rare?.Priority;
        init => Rare = Needs(value) ? Others with { Priority = value } : null;
    }

    /// <summary>
    /// How long the message waits, by the store's clock, in whole milliseconds, before it is stored in its log and delivered, or before its job
    /// may begin; at most the server's <c>Publish.MaxDelay</c>, or the queue's <c>MaxDelay</c> (400 days by default). Together with
    /// <see cref="NotBefore"/> the later time counts. Until then a message to a user or a group has no position
    /// (<see cref="WsmqReceipt.DueAt"/>), and can be cancelled (<c>CancelDelayedAsync</c>). Default: none.
    /// </summary>
    public TimeSpan? Delay
    {
        get => Rare?.Delay;
        init => Rare = Needs(value) ? Others with { Delay = value } : null;
    }

    /// <summary>
    /// The time before which the message waits, by the store's clock, in whole milliseconds; otherwise as <see cref="Delay"/>. A time in the past
    /// has no effect. Default: none.
    /// </summary>
    public DateTimeOffset? NotBefore
    {
        get => Rare?.NotBefore;
        init => Rare = Needs(value) ? Others with { NotBefore = value } : null;
    }

    /// <summary>
    /// How long the message may wait, from the moment at which it is stored, in whole milliseconds. After that it is not delivered any more:
    /// a device that has not received it is told of a gap with the reason <see cref="WsmqGapReasons.Expired"/>, and a job becomes a dead
    /// letter instead of being worked on. Default: without a limit.
    /// </summary>
    public TimeSpan? TimeToLive
    {
        get => Rare?.TimeToLive;
        init => Rare = Needs(value) ? Others with { TimeToLive = value } : null;
    }

    /// <summary>
    /// For a user or a group: the message is the newest of this key. It stays stored, also after it was removed from the log, until another
    /// message of the key replaces or removes it (<see cref="RemoveState"/>), and each new reader gets it before the log. 1 to 128 bytes.
    /// Default: none.
    /// </summary>
    public string? StateKey
    {
        get => Rare?.StateKey;
        init => Rare = Needs(value) ? Others with { StateKey = value } : null;
    }

    /// <summary>
    /// Removes what is stored for the <see cref="StateKey"/> of the message. The message has no body; readers get it in the order of the log.
    /// </summary>
    public bool RemoveState
    {
        get => Rare?.RemoveState ?? false;
        init => Rare = value || Rare is not null ? Others with { RemoveState = value } : null;
    }

    /// <summary>
    /// For a user: the message is for any of the user's devices. Once one to which it was delivered has acknowledged it, it is not delivered to
    /// others, and those that have it already are told. Not with a <see cref="StateKey"/>. Default: every device gets it.
    /// </summary>
    public bool AnyDevice
    {
        get => Rare?.AnyDevice ?? false;
        init => Rare = value || Rare is not null ? Others with { AnyDevice = value } : null;
    }

    /// <summary>
    /// For a user or a group: the message is stored only if this is the last position that its log has issued, else it is refused with
    /// <c>position-conflict</c>. <see cref="WsmqPosition.Start"/> for an address without messages. A repeat of a message that is stored is a
    /// duplicate, and not refused. Default: none.
    /// </summary>
    public WsmqPosition? ExpectedTail
    {
        get => Rare?.ExpectedTail;
        init => Rare = Needs(value) ? Others with { ExpectedTail = value } : null;
    }

    /// <summary>
    /// The place of the message in a sequence of its sender, by which a repeat is recognized for days and a message that
    /// is missing is noticed. <see cref="Id"/> is then only the name of the message. Default: none.
    /// </summary>
    public WsmqSequence? Sequence
    {
        get => Rare?.Sequence;
        init => Rare = Needs(value) ? Others with { Sequence = value } : null;
    }

    /// <summary>
    /// For a user or a group: the message is tracked. What becomes of it (delivered, acknowledged, expired, dead-lettered, lost, skipped) is stored
    /// apart from it, and can be asked for by its sender: see <see cref="IWsmqHub.MessageStatus"/>.
    /// </summary>
    public bool Track
    {
        get => Rare?.Track ?? false;
        init => Rare = value || Rare is not null ? Others with { Track = value } : null;
    }

    /// <summary>The fields that few messages have; null if none is set, so that they cost others nothing.</summary>
    internal RareFields? Rare { get; init; }

    private RareFields Others => Rare ?? RareFields.None;

    /// <summary>
    /// The number of the message among those of its producer, see <see cref="IWsmqHub.Produce"/>. Only on the wire: clients number messages
    /// when they write them.
    /// </summary>
    internal long? StreamNumber { get; init; }

    /// <summary>
    /// What was malformed when the message was read from the wire. Stored here, because SignalR would answer an exception of the
    /// converter with an error that has no code.
    /// </summary>
    internal WsmqException? Defect { get; init; }

    /// <summary>The name, shortened, of the first unknown field that the message had on the wire; null where there was none.</summary>
    internal string? UnknownField { get; init; }

    /// <summary>
    /// Creates a message from an object, as <c>SendAsync</c> does: its type is the wire name of the object
    /// (<see cref="WsmqMessageTypeAttribute.NameOf"/>), and its body is the object's JSON. Use it for calls that send many messages.
    /// </summary>
    /// <param name="to">The address.</param>
    /// <param name="body">The object. For bytes set <see cref="Data"/> instead: a <c>byte[]</c> here is a JSON string in base64.</param>
    /// <param name="options">The other fields of the message; may be null.</param>
    /// <param name="json">The serializer options. Default null: web defaults (camel case).</param>
    /// <typeparam name="T">The declared type of the object.</typeparam>
    /// <exception cref="WsmqException">
    /// <c>invalid-body</c>: it cannot be written as JSON. <c>no-type-name</c>: the type has no name that another process would know.
    /// </exception>
    [RequiresUnreferencedCode("Serializes by reflection: in trimmed apps use the overload with JsonTypeInfo.")]
    [RequiresDynamicCode("Serializes by reflection: in native apps use the overload with JsonTypeInfo.")]
    [OverloadResolutionPriority(1)] // A literal null fits both overloads; this makes the call unambiguous.
    public static WsmqOutgoingMessage From<T>(
        WsmqAddress to, T body, WsmqSendOptions? options = null, JsonSerializerOptions? json = null) =>
        TypedBody.Message(to, body, TypedBody.ByReflection<T>(json), options);

    /// <summary>As the other overload, with source-generated JSON metadata instead of reflection.</summary>
    /// <param name="to">The address.</param>
    /// <param name="body">The object. For bytes set <see cref="Data"/> instead: a <c>byte[]</c> here is a JSON string in base64.</param>
    /// <param name="typeInfo">The JSON metadata with which the object is serialized.</param>
    /// <param name="options">The other fields of the message; may be null.</param>
    /// <typeparam name="T">The declared type of the object.</typeparam>
    /// <inheritdoc cref="From{T}(WsmqAddress, T, WsmqSendOptions?, JsonSerializerOptions?)" path="/exception"/>
    public static WsmqOutgoingMessage From<T>(WsmqAddress to, T body, JsonTypeInfo<T> typeInfo, WsmqSendOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return TypedBody.Message(to, body, typeInfo, options);
    }

    /// <summary>Describes the message without its body and headers, because SignalR logs arguments at the level Debug.</summary>
    public override string ToString() => $"{nameof(WsmqOutgoingMessage)} {{ {nameof(To)} = {To}, {nameof(Id)} = {Id}, {nameof(Type)} = {Type} }}";

    // A field that is set to nothing makes no object.
    private bool Needs<T>(T value) => value is not null || Rare is not null;
}

/// <summary>The fields of a <see cref="WsmqOutgoingMessage"/> that few messages have: those of jobs, times, state, and sequences.</summary>
internal sealed record RareFields
{
    public static RareFields None { get; } = new();

    public string? Key { get; init; }

    public string? UniqueId { get; init; }

    public WsmqJobPriority? Priority { get; init; }

    public TimeSpan? Delay { get; init; }

    public DateTimeOffset? NotBefore { get; init; }

    public TimeSpan? TimeToLive { get; init; }

    public string? StateKey { get; init; }

    public bool RemoveState { get; init; }

    public bool AnyDevice { get; init; }

    public WsmqPosition? ExpectedTail { get; init; }

    public WsmqSequence? Sequence { get; init; }

    public bool Track { get; init; }
}
