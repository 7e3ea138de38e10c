namespace Wsmq;

/// <summary>Requests that wait for a reply: how long, and how many.</summary>
public sealed class WsmqRequestOptions
{
    /// <summary>The longest time-out of a request. Default 5 minutes; 1 second to 1 hour.</summary>
    public TimeSpan MaxTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How many requests a connection may have open, and all HTTP requests of a user together on a node: further ones are refused with
    /// <c>too-many-sends</c>. Default 64; 1 to 1,024.
    /// </summary>
    public int MaxOpen { get; set; } = 64;

    /// <summary>
    /// How many requests to an address wait on a node while all who answer them there are busy: further ones are refused with
    /// <c>responder-busy</c>. Default 256; 0 to 65,536.
    /// </summary>
    public int MaxWaiting { get; set; } = 256;
}
