using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq.Server.Api.Shapes;

/// <summary>The presence of a user or a group.</summary>
internal sealed record WsmqApiPresence
{
    [JsonPropertyName("address")]
    public required string Address { get; init; }

    [JsonPropertyName("version"), Description("Means nothing here.")]
    public required long Version { get; init; }

    [JsonPropertyName("online"), Description("How many users are online.")]
    public required int Online { get; init; }

    [JsonPropertyName("away"), Description("How many users are away.")]
    public required int Away { get; init; }

    [JsonPropertyName("members"), Description("The user, or the members that are there; missing where they are too many to be listed.")]
    public WsmqApiUserPresence[]? Members { get; init; }
}

/// <summary>The presence of one user.</summary>
internal sealed record WsmqApiUserPresence
{
    [JsonPropertyName("user")]
    public required string User { get; init; }

    [JsonPropertyName("status"), Description("online, away or offline.")]
    public required string Status { get; init; }

    [JsonPropertyName("devices")]
    public required WsmqApiPresenceDevice[] Devices { get; init; }

    [JsonPropertyName("lastSeen"), Description("Of a user who is offline, if it is known: when the last connection ended, in milliseconds since 1970.")]
    public long? LastSeen { get; init; }
}

/// <summary>A device that is connected.</summary>
internal sealed record WsmqApiPresenceDevice
{
    [JsonPropertyName("device")]
    public required string Device { get; init; }

    [JsonPropertyName("since"), Description("In milliseconds since 1970.")]
    public required long Since { get; init; }

    [JsonPropertyName("status"), Description("online or away.")]
    public required string Status { get; init; }

    [JsonPropertyName("data"), Description("What its client has set: any JSON value.")]
    public JsonElement? Data { get; init; }
}
