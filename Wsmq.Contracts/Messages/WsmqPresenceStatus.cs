using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>Whether a user, or a device, is there. In JSON its name in lower case.</summary>
[JsonConverter(typeof(NameConverter<WsmqPresenceStatus>))]
public enum WsmqPresenceStatus
{
    /// <summary>The user has no connection, and has had none for the grace (15 seconds by default).</summary>
    Offline = 0,

    /// <summary>There are connections, and all of them have said that they are away.</summary>
    Away = 1,

    /// <summary>At least one connection is there and not away.</summary>
    Online = 2,
}
