using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>The state of a job of a work queue. In JSON its name in lower case.</summary>
[JsonConverter(typeof(NameConverter<WsmqJobState>))]
public enum WsmqJobState
{
    /// <summary>A worker can get it.</summary>
    Ready = 0,

    /// <summary>Its time has not come.</summary>
    Delayed = 1,

    /// <summary>A worker holds it.</summary>
    Leased = 2,

    /// <summary>An attempt has failed, or its lease was lost; it waits for the next one.</summary>
    Retrying = 3,

    /// <summary>An earlier job of its key has not ended.</summary>
    Blocked = 4,

    /// <summary>It is a dead letter: no worker gets it unless it is redriven.</summary>
    Dead = 5,
}
