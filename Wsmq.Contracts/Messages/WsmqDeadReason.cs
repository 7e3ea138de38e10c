using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>Why a job of a work queue is a dead letter. In JSON its name in lower case, with a dash between words.</summary>
[JsonConverter(typeof(NameConverter<WsmqDeadReason>))]
public enum WsmqDeadReason
{
    /// <summary>A worker has rejected it.</summary>
    Rejected = 0,

    /// <summary>All its attempts have failed.</summary>
    AttemptsUsedUp = 1,

    /// <summary>Too many of its leases were lost.</summary>
    LeasesLost = 2,

    /// <summary>Its time to live has passed.</summary>
    Expired = 3,
}
