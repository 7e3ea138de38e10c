namespace Wsmq;

/// <summary>Which devices of a user get a message.</summary>
public enum WsmqDeliveryMode
{
    /// <summary>Each of the user's devices gets it, and acknowledges it for itself.</summary>
    EveryDevice = 0,

    /// <summary>
    /// Any one: once a device to which it was delivered has acknowledged it, it is not delivered to others, and those that have it already are
    /// told. Until then several may get it and handle it. For users only.
    /// </summary>
    AnyDevice = 1,
}
