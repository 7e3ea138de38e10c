namespace Wsmq;

/// <summary>Headers that wsmq sets in the jobs of requests to a work queue.</summary>
public static class WsmqRequestHeaders
{
    /// <summary>
    /// The id of the request that waits for the job. A worker hands it back with <see cref="IWsmqHub.CompleteWith"/>; it is known to nobody but
    /// the workers of the queue.
    /// </summary>
    public const string Request = "wsmq-request";
}
