using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>A device of a user that is connected: one for all connections that name the same device.</summary>
public sealed class WsmqPresenceDevice
{
    /// <summary>The name of the device.</summary>
    [JsonPropertyName(Wire.Device)]
    public required string Device { get; init; }

    /// <summary>Since when the oldest of its connections is open, by the clock of that connection's node.</summary>
    [JsonPropertyName(Wire.Since), JsonConverter(typeof(UnixTimeConverter))]
    public required DateTimeOffset Since { get; init; }

    /// <summary><see cref="WsmqPresenceStatus.Away"/> if all its connections are away; otherwise <see cref="WsmqPresenceStatus.Online"/>.</summary>
    [JsonPropertyName(Wire.Status)]
    public required WsmqPresenceStatus Status { get; init; }

    /// <summary>
    /// The data that its connections have set, the newest where several have; null where none has. Data ends with the connection that set it.
    /// </summary>
    [JsonPropertyName(Wire.Data), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WsmqJsonBody? Data { get; init; }
}
