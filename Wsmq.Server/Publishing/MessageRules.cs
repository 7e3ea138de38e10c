using System.Text;
using Microsoft.Extensions.Options;
using Wsmq.Server.Authorization;
using Wsmq.Server.Declarations;
using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>A message that passed the checks, ready to append.</summary>
internal readonly record struct CheckedMessage(AppendRequest Request, WsmqAddress? ReplyTo)
{
    /// <summary>Why the message is refused nevertheless: its request uses up its number in a sequence. Null for all others.</summary>
    public WsmqException? Refusal { get; init; }
}

/// <summary>What requests and replies have of a message.</summary>
internal readonly record struct MessageContent(
    string? Type, WsmqJsonBody? Body, ReadOnlyMemory<byte>? Data, string? ContentType, IReadOnlyDictionary<string, string>? Headers,
    string? CorrelationId)
{
    /// <summary>The size of the body and of the headers.</summary>
    public required int Bytes { get; init; }
}

/// <summary>Checks messages, from clients and from the app alike, and stamps the sender.</summary>
internal sealed class MessageRules(IOptions<WsmqOptions> options, QueueDeclarations queues, TimeProvider time)
{
    /// <summary>The maximum length of an id, a type, a content type or a correlation id, in UTF-8 bytes.</summary>
    public const int MaxNameBytes = 128;

    /// <summary>The sender of the app's messages: its ids and those of users have separate scopes.</summary>
    public const string AppScope = "app";

    // For so long a time may still be to come, by the clock of the store.
    private static readonly TimeSpan PastFor = TimeSpan.FromHours(1);

    private const string DefaultContentType = "application/octet-stream";

    private readonly JobRules _jobs = new(queues, time);

    /// <exception cref="WsmqException">The message is malformed or over a limit.</exception>
    public CheckedMessage Check(WsmqOutgoingMessage message, WsmqCaller? sender, Producer? producer = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Defect is not null)
            throw message.Defect;
        var to = AddressOf(message);
        if (message.TimeToLive <= TimeSpan.Zero)
            throw new WsmqException(WsmqErrors.InvalidMessage, $"{Wire.TimeToLive} is above 0");
        var job = _jobs.Check(message, to);
        var delay = DelayOf(message, to);
        if (SequenceRules.DefectOf(message) is { } defect)
            throw new WsmqException(WsmqErrors.InvalidMessage, defect);
        var terms = StateRules.Check(message, to, options.Value.Publish);
        TrackRules.Check(message, to);
        var number = NumberOf(message, hasId: job is not null || delay is not null || terms?.ExpectedTail is not null || message.Track, producer);
        WsmqAddress? replyTo = message.ReplyTo is null ? null : options.Value.Access.Judge(WsmqAddress.Parse(message.ReplyTo));
        var body = BodyOf(message);
        var metadata = new EntryMetadata
        {
            Id = number is { } one ? one.ToString() : IdOf(message) ?? Guid.CreateVersion7().ToString("N"),
            Sender = sender?.UserId,
            SentAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
            Type = Name("type", message.Type),
            ContentType = message.Data is null ? ContentTypeWithoutData(message) : Name("contentType", message.ContentType) ?? DefaultContentType,
            Headers = HeadersOf(message),
            CorrelationId = Name("correlationId", message.CorrelationId),
            ReplyTo = message.ReplyTo,

            // Of a job the queue ends it.
            TimeToLive = job is null ? message.TimeToLive?.WholeMilliseconds() : null,
            StateKey = terms?.StateKey,
            RemovesState = terms?.RemovesState == true,
            IsTracked = message.Track,
            IsForAnyDevice = IsForAnyDevice(message, to),
        };
        var scope = sender?.Scope ?? AppScope;
        if (message.Track)
            terms = TrackRules.Add(terms, scope, metadata.Id, options.Value.Tracking);
        terms = LifeRules.Add(terms, metadata.TimeToLive);
        var request = new AppendRequest(to, scope, metadata.Id, metadata.ToBytes(), body)
        {
            Job = job, Delay = delay, Number = number, Log = SequenceRules.With(terms, SequenceOf(message, sender, to, metadata.Id)),
            IsNoted = UnacknowledgedRules.Includes(options.Value.Unacknowledged, to, metadata.Type, metadata.Headers),
        };
        return new CheckedMessage(request, replyTo);
    }

    /// <summary>
    /// What a message that was refused for good appends in its place, so that its number in a sequence is used up; null if it has no number, or
    /// its address or its place in the sequence is malformed.
    /// </summary>
    public CheckedMessage? UseUp(WsmqOutgoingMessage? message, WsmqCaller? sender, WsmqException refusal)
    {
        if (refusal.Error.CanRetry || message?.Sequence is not { } sequence || !WsmqAddress.TryParse(message.To, out var to, out _)
            || SequenceRules.DefectOf(message) is not null)
            return null;
        var id = message.Id is { } own && DefectOf(own) is null ? own : SequenceRules.IdOf(sequence);
        return new CheckedMessage(
            new AppendRequest(to, sender?.Scope ?? AppScope, id, default, default)
            {
                Log = SequenceRules.With(null, SequenceOf(message, sender, to, id)! with { Refusal = refusal.Error.Number }),
            },
            ReplyTo: null) { Refusal = refusal };
    }

    // For a group the first device of any member would be meant: that is a work queue.
    private static bool IsForAnyDevice(WsmqOutgoingMessage message, WsmqAddress to) =>
        !message.AnyDevice ? false
        : to.Kind != WsmqAddressKind.User ? throw new WsmqException(WsmqErrors.InvalidMessage, $"{Wire.AnyDevice} is for users; use a work queue")
        : message.StateKey is not null ? throw new WsmqException(WsmqErrors.InvalidMessage, $"a message with {Wire.StateKey} is for every device")
        : true;

    /// <summary>The address of a message.</summary>
    /// <exception cref="WsmqException">It has none, or it is malformed.</exception>
    public WsmqAddress AddressOf(WsmqOutgoingMessage message) => message.To is { } to
        ? options.Value.Access.Judge(WsmqAddress.Parse(to))
        : throw new WsmqException(WsmqErrors.InvalidAddress, "the message has no field to");

    /// <summary>What requests and replies have of a message, as it goes over the wire, and its size.</summary>
    /// <exception cref="WsmqException">It is malformed or over a limit.</exception>
    public MessageContent CheckContent(WsmqOutgoingMessage message)
    {
        var (body, headers) = (BodyOf(message), HeadersOf(message));
        var bytes = body.Length + (headers?.Sum(h => h.Key.Length + h.Value.Length) ?? 0);
        return new MessageContent(
            Name(Wire.Type, message.Type), message.Data is null ? message.Body ?? default(WsmqJsonBody) : null, message.Data,
            message.Data is null ? ContentTypeWithoutData(message) : Name(Wire.ContentType, message.ContentType) ?? DefaultContentType,
            headers, Name(Wire.CorrelationId, message.CorrelationId))
        {
            Bytes = bytes,
        };
    }

    /// <summary>The address and the id of a message with a delay, as a caller names it.</summary>
    /// <exception cref="WsmqException">They are malformed, or of a work queue.</exception>
    public (WsmqAddress To, string Id) CheckDelayed(string? to, string? id)
    {
        var address = options.Value.Access.Judge(WsmqAddress.Parse(to));
        if (address.Kind == WsmqAddressKind.Work)
            throw new WsmqException(WsmqErrors.InvalidAddress, "jobs are cancelled by their position or unique id");
        return (address, Name(Wire.Id, id) ?? throw new WsmqException(WsmqErrors.InvalidMessage, "id is missing"));
    }

    /// <summary>What is wrong with a name; null if nothing is.</summary>
    public static string? DefectOf(string name) =>
        name.Length == 0 || Encoding.UTF8.GetByteCount(name) > MaxNameBytes ? $"has 1 to {MaxNameBytes} bytes"
        : name.Any(char.IsControl) ? "holds a control character"
        : null;

    /// <summary>Returns the value of a field that is a name, or null if it is not set.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static string? Name(string field, string? value) => value is not null && DefectOf(value) is { } defect
        ? throw new WsmqException(WsmqErrors.InvalidMessage, $"{field} {defect}")
        : value;

    private DelayTerms? DelayOf(WsmqOutgoingMessage message, WsmqAddress to)
    {
        if (to.Kind == WsmqAddressKind.Work || message is { Delay: null, NotBefore: null })
            return null;
        var (delay, notBefore) = DelayRules.Check(message, options.Value.Publish.MaxDelay, time.GetUtcNow(), "a message");
        return delay > 0 || notBefore > time.NowMicros() - PastFor.Micros() ? new DelayTerms { Delay = delay, NotBefore = notBefore } : null;
    }

    private static string? IdOf(WsmqOutgoingMessage message) =>
        Name(Wire.Id, message.Id) ?? (message.Sequence is { } sequence ? SequenceRules.IdOf(sequence) : null);

    private SequenceTerms? SequenceOf(WsmqOutgoingMessage message, WsmqCaller? sender, WsmqAddress to, string id) => message.Sequence is { } sequence
        ? SequenceTerms.Of(sender?.Scope ?? AppScope, sequence, to, id, options.Value.Publish.SequenceRetention)
        : null;

    private static MessageNumber? NumberOf(WsmqOutgoingMessage message, bool hasId, Producer? producer)
    {
        if (message.StreamNumber is not { } sequence)
        {
            return producer is null || message.Id is not null || message.Sequence is not null
                ? null
                : throw new WsmqException(WsmqErrors.InvalidMessage, "a message of a producer has a sequence or an id");
        }

        if (producer is null)
            throw new WsmqException(WsmqErrors.InvalidMessage, "sequence is allowed only in Produce");
        if (message.Id is not null || hasId)
            throw new WsmqException(WsmqErrors.InvalidMessage,
                "a message has a sequence or an id, and one to a work queue, with a delay, with an expected tail or that is tracked has an id");
        return new MessageNumber(producer, sequence);
    }

    private ReadOnlyMemory<byte> BodyOf(WsmqOutgoingMessage message)
    {
        if (message is { Body: not null, Data: not null })
            throw new WsmqException(WsmqErrors.InvalidBody, "the message has both body and data");
        var bytes = message.Data ?? (message.Body ?? default).Utf8;

        // The body was checked to be one JSON value when it was created.
        return bytes.Length <= options.Value.Publish.MaxBodyBytes
            ? bytes
            : throw new WsmqException(WsmqErrors.MessageTooLarge, $"a body has at most {options.Value.Publish.MaxBodyBytes} bytes");
    }

    private static string? ContentTypeWithoutData(WsmqOutgoingMessage message) =>
        message.ContentType is null ? null : throw new WsmqException(WsmqErrors.InvalidMessage, "contentType is allowed only with data");

    private IReadOnlyDictionary<string, string>? HeadersOf(WsmqOutgoingMessage message)
    {
        if (message.Headers is not { Count: > 0 } headers)
            return null;
        var bytes = 0;
        foreach (var (name, value) in headers)
        {
            if (string.IsNullOrEmpty(name) || value is null)
                throw new WsmqException(WsmqErrors.InvalidMessage, "a header has no name or no value");
            bytes += Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);
        }

        return bytes <= options.Value.Publish.MaxHeaderBytes
            ? headers
            : throw new WsmqException(WsmqErrors.MessageTooLarge, $"headers have at most {options.Value.Publish.MaxHeaderBytes} bytes");
    }
}
