using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// Reads a message whatever JSON types its fields have, so that the hub can answer a malformed one with an error code. SignalR's own
/// answer to an argument that does not bind has none.
/// </summary>
internal sealed class OutgoingMessageConverter : JsonConverter<WsmqOutgoingMessage>
{
    public static readonly OutgoingMessageConverter Instance = new();

    // The year 9999, in milliseconds since 1970.
    private const long MostMilliseconds = 253_402_300_799_999;

    /// <summary>The largest number of a message: as long as the stores write it.</summary>
    internal const long MostSequence = 999_999_999_998;

    /// <summary>The largest epoch: what JavaScript counts exactly.</summary>
    internal const long MostEpoch = (1L << 53) - 1;

    private const int MaxUnknownField = 64;
    private const string NoUnicode = "a name or a text is not valid Unicode";

    // More names than any server allows; in memory they would take a hundred times their bytes.
    private const int MostHeaders = 4_096;

    private static readonly WsmqException TooManyHeaders =
        new(WsmqErrors.MessageTooLarge, $"{Wire.Headers} has more than {MostHeaders} names");

    // Shared, so that a frame of many malformed messages does not hold one exception for each. The keys are texts of this class only.
    private static readonly ConcurrentDictionary<string, WsmqException> Defects = new(StringComparer.Ordinal);

    public override WsmqOutgoingMessage Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var fields = default(Fields);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            fields.Defect = Malformed("the message is not an object");
        }
        else
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                ReadField(ref reader, ref fields);
        }

        return fields.ToMessage();
    }

    public override void Write(Utf8JsonWriter writer, WsmqOutgoingMessage value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        WireWriter.WriteText(writer, Wire.To, value.To);
        WireWriter.WriteText(writer, Wire.Id, value.Id);
        WireWriter.WriteText(writer, Wire.Type, value.Type);
        if (value.Body is { } body)
        {
            writer.WritePropertyName(Wire.Body);
            writer.WriteRawValue(body.Utf8.Span, skipInputValidation: true);
        }

        if (value.Data is { } data)
            writer.WriteBase64String(Wire.Data, data.Span);
        WireWriter.WriteText(writer, Wire.ContentType, value.ContentType);
        WireWriter.WriteHeaders(writer, value.Headers);
        WireWriter.WriteText(writer, Wire.CorrelationId, value.CorrelationId);
        WireWriter.WriteText(writer, Wire.ReplyTo, value.ReplyTo);
        WireWriter.WriteText(writer, Wire.Key, value.Key);
        WireWriter.WriteText(writer, Wire.UniqueId, value.UniqueId);
        WireWriter.WriteText(writer, Wire.Priority, value.Priority is { } priority ? PriorityNames.Of(priority) : null);
        if (value.Delay is { } delay)
            writer.WriteNumber(Wire.Delay, Whole(delay));
        if (value.NotBefore is { } notBefore)
            writer.WriteNumber(Wire.NotBefore, Math.Max(0, Whole(notBefore - DateTimeOffset.UnixEpoch)));
        if (value.TimeToLive is { } life)
            writer.WriteNumber(Wire.TimeToLive, Whole(life));
        WireWriter.WriteText(writer, Wire.StateKey, value.StateKey);
        if (value.RemoveState)
            writer.WriteBoolean(Wire.RemoveState, true);
        if (value.AnyDevice)
            writer.WriteBoolean(Wire.AnyDevice, true);
        WireWriter.WriteText(writer, Wire.ExpectedTail, value.ExpectedTail?.ToString());
        if (value.Sequence is { } sequence)
        {
            writer.WriteString(Wire.Producer, sequence.Producer);
            writer.WriteNumber(Wire.Epoch, sequence.Epoch);
            writer.WriteNumber(Wire.Seq, sequence.Number);
        }

        if (value.Track)
            writer.WriteBoolean(Wire.Track, true);
        writer.WriteEndObject();
    }

    // The reader has to consume a malformed field completely: the next message of an array begins after this one.
    private static void ReadField(ref Utf8JsonReader reader, ref Fields fields)
    {
        try
        {
            var field = FieldOf(ref reader);
            if (field is null)
                fields.UnknownField ??= Shorten(reader.GetString()!);
            reader.Read();
            Set(ref reader, field, ref fields);
        }
        catch (WsmqException defect)
        {
            fields.Defect ??= defect;
            reader.Skip();
        }
        catch (InvalidOperationException)
        {
            // Thrown by the reader for a name or a text with an escaped unpaired surrogate.
            fields.Defect ??= Malformed(NoUnicode);
            reader.Skip();
        }
    }

    private static void Set(ref Utf8JsonReader reader, string? field, ref Fields fields)
    {
        switch (field)
        {
            case Wire.To: fields.To = Text(field, ref reader); break;
            case Wire.Id: fields.Id = Text(field, ref reader); break;
            case Wire.Type: fields.Type = Text(field, ref reader); break;
            case Wire.Body: fields.Body = Body(ref reader); break;
            case Wire.Data: fields.Data = Bytes(ref reader); break;
            case Wire.ContentType: fields.ContentType = Text(field, ref reader); break;
            case Wire.Headers: fields.Headers = Map(ref reader); break;
            case Wire.CorrelationId: fields.CorrelationId = Text(field, ref reader); break;
            case Wire.ReplyTo: fields.ReplyTo = Text(field, ref reader); break;
            case Wire.Key: fields.Key = Text(field, ref reader); break;
            case Wire.UniqueId: fields.UniqueId = Text(field, ref reader); break;
            case Wire.Priority: fields.Priority = PriorityNames.Parse(Text(field, ref reader)) ?? fields.Priority; break;
            case Wire.Delay: fields.Delay = Milliseconds(field, ref reader) is { } delay ? TimeSpan.FromMilliseconds(delay) : null; break;
            case Wire.NotBefore: fields.NotBefore = Milliseconds(field, ref reader) is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null; break;
            case Wire.TimeToLive: fields.TimeToLive = Milliseconds(field, ref reader) is { } life ? TimeSpan.FromMilliseconds(life) : null; break;
            case Wire.StateKey: fields.StateKey = Text(field, ref reader); break;
            case Wire.RemoveState: fields.RemoveState = Flag(field, ref reader); break;
            case Wire.AnyDevice: fields.AnyDevice = Flag(field, ref reader); break;
            case Wire.ExpectedTail: fields.ExpectedTail = Position(field, ref reader); break;
            case Wire.Sequence: fields.StreamNumber = Number(field, 1, MostSequence, ref reader); break;
            case Wire.Producer: fields.Producer = Text(field, ref reader); break;
            case Wire.Epoch: fields.Epoch = Number(field, 0, MostEpoch, ref reader); break;
            case Wire.Seq: fields.Seq = Number(field, 1, MostSequence, ref reader); break;
            case Wire.Track: fields.Track = Flag(field, ref reader); break;
            case Wire.Sender: throw new WsmqException(WsmqErrors.SenderNotAllowed);
            default: reader.Skip(); break;
        }
    }

    // Compares in place: no string is allocated for each name.
    private static string? FieldOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals(Wire.To) ? Wire.To
        : reader.ValueTextEquals(Wire.Id) ? Wire.Id
        : reader.ValueTextEquals(Wire.Sequence) ? Wire.Sequence
        : reader.ValueTextEquals(Wire.Type) ? Wire.Type
        : reader.ValueTextEquals(Wire.Body) ? Wire.Body
        : reader.ValueTextEquals(Wire.Data) ? Wire.Data
        : reader.ValueTextEquals(Wire.ContentType) ? Wire.ContentType
        : reader.ValueTextEquals(Wire.Headers) ? Wire.Headers
        : reader.ValueTextEquals(Wire.CorrelationId) ? Wire.CorrelationId
        : reader.ValueTextEquals(Wire.ReplyTo) ? Wire.ReplyTo
        : reader.ValueTextEquals(Wire.Sender) ? Wire.Sender
        : reader.ValueTextEquals(Wire.Key) ? Wire.Key
        : reader.ValueTextEquals(Wire.UniqueId) ? Wire.UniqueId
        : reader.ValueTextEquals(Wire.Priority) ? Wire.Priority
        : reader.ValueTextEquals(Wire.Delay) ? Wire.Delay
        : reader.ValueTextEquals(Wire.NotBefore) ? Wire.NotBefore
        : reader.ValueTextEquals(Wire.TimeToLive) ? Wire.TimeToLive
        : reader.ValueTextEquals(Wire.StateKey) ? Wire.StateKey
        : reader.ValueTextEquals(Wire.RemoveState) ? Wire.RemoveState
        : reader.ValueTextEquals(Wire.AnyDevice) ? Wire.AnyDevice
        : reader.ValueTextEquals(Wire.ExpectedTail) ? Wire.ExpectedTail
        : reader.ValueTextEquals(Wire.Producer) ? Wire.Producer
        : reader.ValueTextEquals(Wire.Epoch) ? Wire.Epoch
        : reader.ValueTextEquals(Wire.Seq) ? Wire.Seq
        : reader.ValueTextEquals(Wire.Track) ? Wire.Track
        : null;

    private static string Shorten(string field) => field.Length <= MaxUnknownField ? field : field[..MaxUnknownField];

    private static string? Text(string name, ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => WireReader.TextOf(ref reader),
        JsonTokenType.Null => null,
        _ => throw Malformed($"{name} is not a string"),
    };

    // Times and durations stay within what .NET, JavaScript and the stores represent.
    private static long? Milliseconds(string name, ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.Number when reader.TryGetInt64(out var value) && value is >= 0 and <= MostMilliseconds => value,
        _ => throw Malformed($"{name} is not a whole number of milliseconds from 0 to {MostMilliseconds}"),
    };

    private static long? Number(string name, long least, long most, ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.Number when reader.TryGetInt64(out var value) && value >= least && value <= most => value,
        _ => throw Malformed($"{name} is not a whole number from {least} to {most}"),
    };

    private static bool Flag(string name, ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False or JsonTokenType.Null => false,
        _ => throw Malformed($"{name} is not true or false"),
    };

    private static WsmqPosition? Position(string name, ref Utf8JsonReader reader) => Text(name, ref reader) switch
    {
        null => null,
        var text when WsmqPosition.TryParse(text, out var position) => position,
        _ => throw Malformed($"{name} is not a position"),
    };

    private static long Whole(TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);

    private static WsmqJsonBody Body(ref Utf8JsonReader reader)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return WsmqJsonBody.Parse(JsonBodyConverter.Cut(document.RootElement).Utf8);
    }

    private static ReadOnlyMemory<byte>? Bytes(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        // Without the explicit type, null would convert to an array, and that to an empty body of bytes.
        JsonTokenType.Null => default(ReadOnlyMemory<byte>?),
        JsonTokenType.String when reader.TryGetBytesFromBase64(out var bytes) => bytes,
        _ => throw Malformed($"{Wire.Data} is not base64"),
    };

    private static Dictionary<string, string>? Map(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Malformed($"{Wire.Headers} is not an object");
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        WsmqException? defect = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            defect = ReadHeader(ref reader, map, defect);
        return defect is null ? map : throw defect;
    }

    // Reads to the end of the map even after a defect: the reader has to consume all of it.
    private static WsmqException? ReadHeader(ref Utf8JsonReader reader, Dictionary<string, string> map, WsmqException? defect)
    {
        try
        {
            var name = defect is null ? reader.GetString()! : string.Empty;
            reader.Read();
            if (defect is not null)
                reader.Skip();
            else if (reader.TokenType != JsonTokenType.String)
                throw Malformed($"a value of {Wire.Headers} is not a string");
            else if (map.Count == MostHeaders)
                throw TooManyHeaders;
            else
                map[name] = reader.GetString()!;
            return defect;
        }
        catch (WsmqException e)
        {
            reader.Skip();
            return e;
        }
        catch (InvalidOperationException)
        {
            reader.Skip();
            return Malformed(NoUnicode);
        }
    }

    private static WsmqException Malformed(string detail) =>
        Defects.GetOrAdd(detail, static detail => new WsmqException(WsmqErrors.InvalidMessage, detail));

    private struct Fields
    {
        public string? To;
        public string? Id;
        public long? StreamNumber;
        public string? Type;
        public WsmqJsonBody? Body;
        public ReadOnlyMemory<byte>? Data;
        public string? ContentType;
        public IReadOnlyDictionary<string, string>? Headers;
        public string? CorrelationId;
        public string? ReplyTo;
        public string? Key;
        public string? UniqueId;
        public WsmqJobPriority? Priority;
        public TimeSpan? Delay;
        public DateTimeOffset? NotBefore;
        public TimeSpan? TimeToLive;
        public string? StateKey;
        public bool RemoveState;
        public bool AnyDevice;
        public WsmqPosition? ExpectedTail;
        public string? Producer;
        public long? Epoch;
        public long? Seq;
        public bool Track;
        public WsmqException? Defect;
        public string? UnknownField;

        private readonly bool IsPartOfSequence =>
            (Producer is null, Epoch is null, Seq is null) is not ((true, true, true) or (false, false, false));

        public readonly WsmqOutgoingMessage ToMessage() => new()
        {
            To = To, Id = Id, StreamNumber = StreamNumber, Type = Type, Body = Body, Data = Data, ContentType = ContentType, Headers = Headers,
            CorrelationId = CorrelationId, ReplyTo = ReplyTo, Key = Key, UniqueId = UniqueId, Priority = Priority, Delay = Delay, NotBefore = NotBefore,
            TimeToLive = TimeToLive, StateKey = StateKey, RemoveState = RemoveState, AnyDevice = AnyDevice, ExpectedTail = ExpectedTail, Track = Track,
            Sequence = Producer is not null && Epoch is { } epoch && Seq is { } seq ? new WsmqSequence(Producer, epoch, seq) : null,
            Defect = Defect ?? (IsPartOfSequence ? Malformed($"{Wire.Producer}, {Wire.Epoch} and {Wire.Seq} are set together") : null),
            UnknownField = UnknownField,
        };
    }
}
