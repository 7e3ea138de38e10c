using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>The presence of an address as a whole: what <see cref="IWsmqHub.WatchPresence"/> returns.</summary>
public sealed class WsmqPresenceState
{
    /// <summary>The address: a user or a group.</summary>
    [JsonPropertyName(Wire.Address)]
    public required WsmqAddress Address { get; init; }

    /// <summary>The version: each change has the next one. Versions of different connections cannot be compared.</summary>
    [JsonPropertyName(Wire.Version)]
    public required long Version { get; init; }

    /// <summary>How many users are online.</summary>
    [JsonPropertyName(Wire.Online)]
    public required int Online { get; init; }

    /// <summary>How many users are away.</summary>
    [JsonPropertyName(Wire.Away)]
    public required int Away { get; init; }

    /// <summary>
    /// Of a user: that user, also while offline. Of a group: the members that are online or away, ordered by identifier; null where they are
    /// more than are listed (200 by default), and only the counts are known.
    /// </summary>
    [JsonPropertyName(Wire.Members), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<WsmqUserPresence>? Members { get; init; }
}
