using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Presence;

/// <summary>
/// A question of a node that watches: it renews its watches on the node that is asked, and changes the list of its addresses. The list has a
/// version, so that a node that has missed a change of it is noticed.
/// </summary>
internal sealed class PresenceQuestion
{
    /// <summary>What a question, an answer and a message about presence begin with.</summary>
    public const byte Kind = (byte)'P';

    /// <summary>The node that asks.</summary>
    [JsonPropertyName("w")]
    public required string Watcher { get; init; }

    /// <summary>The version of the list that the changes apply to.</summary>
    [JsonPropertyName("b")]
    public required long Base { get; init; }

    /// <summary>The version of the list with the changes.</summary>
    [JsonPropertyName("l")]
    public required long List { get; init; }

    /// <summary>The list begins anew with the added addresses, unless the node has the version that the changes apply to.</summary>
    [JsonPropertyName("n"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsNew { get; init; }

    /// <summary>More of the list follows with the next question: nothing is complete before.</summary>
    [JsonPropertyName("c"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Continues { get; init; }

    [JsonPropertyName("a")]
    public required string[] Added { get; init; }

    [JsonPropertyName("r")]
    public required string[] Removed { get; init; }

    /// <summary>The last batch that arrived, of each node; a node that is missing sends everything.</summary>
    [JsonPropertyName("h")]
    public required Dictionary<string, long> Have { get; init; }

    /// <summary>Whether all of it is there: another program may have written it.</summary>
    public bool IsWhole => Watcher is { Length: NodeIds.Length } && Added is not null && Removed is not null && Have is not null;
}

/// <summary>A node's answer.</summary>
internal sealed class PresenceAnswer
{
    /// <summary>The version of the list that the node has now.</summary>
    [JsonPropertyName("l")]
    public required long List { get; init; }

    /// <summary>The version of the list whose addresses are complete without another batch.</summary>
    [JsonPropertyName("m")]
    public required long Mark { get; init; }
}

/// <summary>What has changed on a node, for one that watches.</summary>
internal sealed class PresenceBatch
{
    [JsonPropertyName("f")]
    public required string From { get; init; }

    /// <summary>The number of the batch. The one before has the number below, unless this one begins anew.</summary>
    [JsonPropertyName("n")]
    public required long Number { get; init; }

    /// <summary>Begins anew: entries that are not in a batch from here to <see cref="Ends"/> are gone.</summary>
    [JsonPropertyName("s"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Starts { get; init; }

    [JsonPropertyName("e"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Ends { get; init; }

    /// <summary>The version of the list whose addresses are complete with this batch; 0 for none.</summary>
    [JsonPropertyName("m"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Mark { get; init; }

    [JsonPropertyName("u")]
    public required PresenceEntry[] Entries { get; init; }

    /// <summary>Whether all of it is there: another program may have written it.</summary>
    public bool IsWhole => From is { Length: NodeIds.Length } && Entries is not null && Array.TrueForAll(Entries, e => e is { IsWhole: true });
}

/// <summary>A user on a node. Without devices it is gone.</summary>
internal sealed class PresenceEntry
{
    [JsonPropertyName("u")]
    public required string User { get; init; }

    [JsonPropertyName("d")]
    public PresenceEntryDevice[] Devices { get; init; } = [];

    /// <summary>The watched groups that the user reads on the node.</summary>
    [JsonPropertyName("g")]
    public string[] Groups { get; init; } = [];

    /// <summary>When the last connection ended, in µs of the store's clock; null while there is one.</summary>
    [JsonPropertyName("e")]
    public long? Ended { get; init; }

    /// <summary>Whether all of it is there, with names of which addresses can be made.</summary>
    public bool IsWhole => WsmqAddress.TryParse($"user:{User}", out _) && Devices is not null && Groups is not null
        && Array.TrueForAll(Groups, g => WsmqAddress.TryParse($"group:{g}", out _)) && Array.TrueForAll(Devices, d => d is { Name: not null });

    /// <summary>The same user, whose connections have ended, as the node that had them is gone.</summary>
    public PresenceEntry EndedAt(long time) => Ended is not null
        ? this
        : new PresenceEntry { User = User, Devices = [.. Devices.Select(d => d.WithoutData())], Groups = Groups, Ended = time };
}

/// <summary>A device of a user on a node.</summary>
internal sealed class PresenceEntryDevice
{
    [JsonPropertyName("n")]
    public required string Name { get; init; }

    /// <summary>Since when, in ms since 1970.</summary>
    [JsonPropertyName("s")]
    public required long Since { get; init; }

    [JsonPropertyName("a"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsAway { get; init; }

    [JsonPropertyName("x")]
    public WsmqJsonBody? Data { get; init; }

    /// <summary>When the data was set, in ms since 1970.</summary>
    [JsonPropertyName("t"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long SetAt { get; init; }

    /// <summary>The device without what ends with its connections.</summary>
    public PresenceEntryDevice WithoutData() => Data is null ? this : new() { Name = Name, Since = Since, IsAway = IsAway };
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PresenceQuestion))]
[JsonSerializable(typeof(PresenceAnswer))]
[JsonSerializable(typeof(PresenceBatch))]
internal sealed partial class PresenceJson : JsonSerializerContext
{
    // The name alone is that of a property here.
    private const byte Start = Presence.PresenceQuestion.Kind;

    /// <summary>Does not escape text in other alphabets.</summary>
    public static PresenceJson Relaxed { get; } = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });

    public static byte[] Write<T>(T message, JsonTypeInfo<T> type) =>
        [Start, .. JsonSerializer.SerializeToUtf8Bytes(message, type)];

    /// <summary>Null for what is not such a message: it comes from a node of another version, or from another program.</summary>
    public static T? Read<T>(ReadOnlyMemory<byte> message, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return message.Length > 1 && message.Span[0] == Start ? JsonSerializer.Deserialize(message.Span[1..], type) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
