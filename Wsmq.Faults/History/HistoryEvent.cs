using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq.Faults.History;

/// <summary>One line of a history. Its fields depend on its <see cref="Kind"/>. Lines are in the order of the events.</summary>
internal sealed record HistoryEvent
{
    private static readonly JsonSerializerOptions Json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Seconds since the start of the run.</summary>
    [JsonPropertyName("t")]
    public double Time { get; init; }

    /// <summary>One of <see cref="EventKind"/>.</summary>
    [JsonPropertyName("e")]
    public required string Kind { get; init; }

    /// <summary>The client, as <c>user/device</c>.</summary>
    [JsonPropertyName("d")]
    public string? Device { get; init; }

    /// <summary>The number of the client's connection, counted from its first; plain clients only.</summary>
    [JsonPropertyName("c")]
    public int? Connection { get; init; }

    /// <summary>The address of a send or a live push, or the source of a delivery or a gap.</summary>
    [JsonPropertyName("a")]
    public string? Address { get; init; }

    [JsonPropertyName("id")]
    public string? Id { get; init; }

    [JsonPropertyName("p")]
    public string? Position { get; init; }

    [JsonPropertyName("prev")]
    public string? Previous { get; init; }

    [JsonPropertyName("after")]
    public string? After { get; init; }

    [JsonPropertyName("before")]
    public string? Before { get; init; }

    /// <summary>The reason of a gap, the code of an error, the details of a fault, or a state.</summary>
    [JsonPropertyName("why")]
    public string? Why { get; init; }

    /// <summary>
    /// The number of attempts until the receipt, for plain clients only; the number of an attempt at a job; how many readers have acknowledged a
    /// tracked message.
    /// </summary>
    [JsonPropertyName("n")]
    public int? Attempts { get; init; }

    /// <summary>How many leases of a job were lost.</summary>
    [JsonPropertyName("lost")]
    public int? LostLeases { get; init; }

    /// <summary>Tells an attempt at a job, or to send a message with a place in a sequence, from all others.</summary>
    [JsonPropertyName("run")]
    public string? Run { get; init; }

    /// <summary>The key of a job.</summary>
    [JsonPropertyName("key")]
    public string? Key { get; init; }

    /// <summary>The id of a job that no other job may have until this one is done.</summary>
    [JsonPropertyName("unique")]
    public string? UniqueId { get; init; }

    /// <summary>The delay of a message or a job, in seconds.</summary>
    [JsonPropertyName("delay")]
    public double? Delay { get; init; }

    /// <summary>The time to live of a message, or how long a request waits, in seconds.</summary>
    [JsonPropertyName("life")]
    public double? Life { get; init; }

    /// <summary>The key of which a message is the state.</summary>
    [JsonPropertyName("state")]
    public string? StateKey { get; init; }

    /// <summary>The type of a message that some do not get because of their filter; null of all others.</summary>
    [JsonPropertyName("type")]
    public string? Type { get; init; }

    /// <summary>Whether any of the user's devices may handle a message.</summary>
    [JsonPropertyName("any")]
    public bool? AnyDevice { get; init; }

    /// <summary>Whether what becomes of a message is tracked.</summary>
    [JsonPropertyName("track")]
    public bool? Track { get; init; }

    /// <summary>For whom something has become of a tracked message: a device of a user, or a member of a group.</summary>
    [JsonPropertyName("reader")]
    public string? Reader { get; init; }

    /// <summary>The place of a message in a sequence: producer, epoch and number.</summary>
    [JsonPropertyName("producer")]
    public string? Producer { get; init; }

    [JsonPropertyName("epoch")]
    public long? Epoch { get; init; }

    [JsonPropertyName("number")]
    public long? Number { get; init; }

    /// <summary>The last number of a sequence that the server knows, of a refusal that names it.</summary>
    [JsonPropertyName("known")]
    public long? Known { get; init; }

    /// <summary>How many seconds after its time the job of an occurrence began; below 0 before its time.</summary>
    [JsonPropertyName("late")]
    public double? Late { get; init; }

    /// <summary>The sources that a device reads.</summary>
    [JsonPropertyName("reads")]
    public IReadOnlyList<string>? Reads { get; init; }

    /// <summary>The source of which a device does not get messages with a <see cref="Type"/>.</summary>
    [JsonPropertyName("filtered")]
    public string? Filtered { get; init; }

    public static HistoryEvent Parse(string line) =>
        JsonSerializer.Deserialize<HistoryEvent>(line, Json) ?? throw new FormatException("A line of the history is null.");

    public string ToLine() => JsonSerializer.Serialize(this, Json);
}
