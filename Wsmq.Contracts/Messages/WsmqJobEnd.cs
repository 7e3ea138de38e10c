using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>How a job of a work queue has ended. In JSON its name in lower case, with a dash between words.</summary>
[JsonConverter(typeof(NameConverter<WsmqJobEnd>))]
public enum WsmqJobEnd
{
    /// <summary>A worker has completed it.</summary>
    Completed = 0,

    /// <summary>A worker has rejected it, and it became a dead letter.</summary>
    Rejected = 1,

    /// <summary>All its attempts have failed, and it became a dead letter.</summary>
    AttemptsUsedUp = 2,

    /// <summary>Too many of its leases were lost, and it became a dead letter.</summary>
    LeasesLost = 3,

    /// <summary>Its time to live has passed, and it became a dead letter.</summary>
    Expired = 4,

    /// <summary>It was cancelled, purged or deleted.</summary>
    Removed = 5,
}
