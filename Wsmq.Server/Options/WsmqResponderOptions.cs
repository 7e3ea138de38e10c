namespace Wsmq;

/// <summary>How the app answers the requests to an address.</summary>
public sealed class WsmqResponderOptions
{
    /// <summary>How many requests to the address each node answers at a time. Default 64; 1 to 10,000.</summary>
    public int Concurrency { get; set; } = 64;
}
