using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>The answer to <see cref="IWsmqHub.Work"/>.</summary>
/// <param name="Credit">
/// How many jobs of the queue the connection gets at a time: less than it asked for where all its queues together reach the limit of a
/// connection (1,024 by default).
/// </param>
public sealed record WsmqWorkGrant(
    [property: JsonPropertyName(Wire.Credit)] int Credit);
