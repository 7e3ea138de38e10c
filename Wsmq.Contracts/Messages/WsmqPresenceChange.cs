using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>What has changed in the presence of an address; at most one a second for each address.</summary>
public sealed class WsmqPresenceChange
{
    /// <summary>The address.</summary>
    [JsonPropertyName(Wire.Address)]
    public required WsmqAddress Address { get; init; }

    /// <summary>
    /// The version: that of the state or change before, plus one. With <see cref="Members"/> any higher one, because nothing before it is
    /// needed. A client to which another version comes has missed a change, and watches the address again.
    /// </summary>
    [JsonPropertyName(Wire.Version)]
    public required long Version { get; init; }

    /// <summary>How many users are online now.</summary>
    [JsonPropertyName(Wire.Online)]
    public required int Online { get; init; }

    /// <summary>How many users are away now.</summary>
    [JsonPropertyName(Wire.Away)]
    public required int Away { get; init; }

    /// <summary>The users whose presence has changed, each once; null where all members, or only the counts, are given.</summary>
    [JsonPropertyName(Wire.Changes), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<WsmqUserPresenceChange>? Changes { get; init; }

    /// <summary>
    /// Instead of the changes all members, as in <see cref="WsmqPresenceState.Members"/>: for a connection that was too slow for each change,
    /// and for a group that has become small enough to be listed.
    /// </summary>
    [JsonPropertyName(Wire.Members), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<WsmqUserPresence>? Members { get; init; }

    /// <summary>
    /// Set where the server has ended the watch, because the user may not see the address any more: an error that
    /// <see cref="WsmqError.Find"/> reads. Nothing else is known then, and nothing follows.
    /// </summary>
    [JsonPropertyName(Wire.Error), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }
}
