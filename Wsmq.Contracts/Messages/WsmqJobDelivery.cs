using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// A job as it is given to a worker over the hub: the argument of <see cref="IWsmqReceiver.Job"/>. The worker ends it with
/// <see cref="IWsmqHub.Complete"/>, <see cref="IWsmqHub.Retry"/>, <see cref="IWsmqHub.Reject"/> or <see cref="IWsmqHub.HandBack"/>, and extends
/// the lease until then.
/// </summary>
public sealed record WsmqJobDelivery
{
    /// <summary>The token of the lease: another one each time that the job is given out.</summary>
    [JsonPropertyName(Wire.Token)]
    public required string Token { get; init; }

    /// <summary>How long the lease lasts unless it is extended, in milliseconds.</summary>
    [JsonPropertyName(Wire.Lease)]
    public long Lease { get; init; }

    /// <summary>The number of this attempt, counted from 1.</summary>
    [JsonPropertyName(Wire.Attempt)]
    public int Attempt { get; init; }

    /// <summary>How many leases of the job were lost.</summary>
    [JsonPropertyName(Wire.LostLeases)]
    public int LostLeases { get; init; }

    /// <summary>When the job became due, in milliseconds since 1970-01-01 UTC.</summary>
    [JsonPropertyName(Wire.Due)]
    public long Due { get; init; }

    /// <summary>The last progress that a worker reported in an earlier attempt; null where there is none.</summary>
    [JsonPropertyName(Wire.Progress), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WsmqJsonBody? Progress { get; init; }

    /// <summary>
    /// The message: its source is the queue, and its position identifies the job. Its <see cref="WsmqDelivery.Previous"/> has no meaning.
    /// </summary>
    [JsonPropertyName(Wire.Message)]
    public required WsmqDelivery Message { get; init; }

    /// <summary>Describes the job without its body, headers and token, because SignalR logs arguments at the level Debug.</summary>
    public override string ToString() => $"{nameof(WsmqJobDelivery)} {{ {nameof(Attempt)} = {Attempt}, {nameof(Message)} = {Message} }}";
}
