namespace Wsmq;

/// <summary>How a client answers the requests to an address.</summary>
public sealed class WsmqRespondOptions
{
    /// <summary>
    /// How many requests to the address it answers at a time; the server lets further ones wait. Default 16, for a work queue 8; 1 to 1,000.
    /// </summary>
    public int Concurrency { get; set; } = 16;

    internal WsmqRespondOptions Copy() => (WsmqRespondOptions)MemberwiseClone();
}
