using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>The presence of a user.</summary>
public sealed class WsmqUserPresence
{
    /// <summary>The user's identifier.</summary>
    [JsonPropertyName(Wire.User)]
    public required string User { get; init; }

    /// <summary>Whether the user is there.</summary>
    [JsonPropertyName(Wire.Status)]
    public required WsmqPresenceStatus Status { get; init; }

    /// <summary>
    /// The devices that are connected, ordered by name, at most 20 of a node. During the grace after the last connection those that the user
    /// had at its end; empty for a user who is offline.
    /// </summary>
    [JsonPropertyName(Wire.Devices)]
    public IReadOnlyList<WsmqPresenceDevice> Devices { get; init; } = [];

    /// <summary>
    /// Of a user who is offline: when the last connection ended, by the clock of the store; null where that is not known, or longer ago than
    /// it is stored (31 days by default). For members of a group it is known only from changes.
    /// </summary>
    [JsonPropertyName(Wire.LastSeen), JsonConverter(typeof(UnixTimeConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LastSeen { get; init; }
}
