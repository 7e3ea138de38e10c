using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>A change of the presence of a user.</summary>
public sealed class WsmqUserPresenceChange
{
    /// <summary>What it was.</summary>
    [JsonPropertyName(Wire.Before)]
    public required WsmqUserPresence Before { get; init; }

    /// <summary>What it is now. A user who has left a group is offline there, without <see cref="WsmqUserPresence.LastSeen"/>.</summary>
    [JsonPropertyName(Wire.After)]
    public required WsmqUserPresence After { get; init; }
}
