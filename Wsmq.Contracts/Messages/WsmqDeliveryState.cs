using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// What has become of a tracked message (<see cref="WsmqSendOptions.Track"/>), or of it for one of its readers. In JSON its name in lower case,
/// with a dash between words.
/// </summary>
[JsonConverter(typeof(DeliveryStateConverter))]
public enum WsmqDeliveryState
{
    /// <summary>It is in the log of its address, and was not delivered yet.</summary>
    Stored = 0,

    /// <summary>It was written to a connection of a reader, and is not acknowledged.</summary>
    Delivered = 1,

    /// <summary>A reader has acknowledged it.</summary>
    Acknowledged = 2,

    /// <summary>Its time to live ended before it was delivered.</summary>
    Expired = 3,

    /// <summary>It is a dead letter: attempts to handle it have failed.</summary>
    DeadLettered = 4,

    /// <summary>It left the log before it was delivered: it was removed by the retention, or lost.</summary>
    Lost = 5,

    /// <summary>
    /// It was skipped: the reader has a filter that leaves it out, or another of the user's devices has handled a message for any device. Of the
    /// message as a whole: for all of its readers, and it is not in the log any more.
    /// </summary>
    Skipped = 6,
}
