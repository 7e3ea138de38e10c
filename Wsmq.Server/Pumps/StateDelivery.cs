namespace Wsmq.Server.Pumps;

/// <summary>State that a pump delivers before it goes on with the log.</summary>
/// <param name="after">The position after which it begins.</param>
/// <param name="through">The last position; null for where the log begins.</param>
internal sealed class StateDelivery(WsmqPosition after, WsmqPosition? through)
{
    /// <summary>The last position that was delivered.</summary>
    public WsmqPosition After { get; set; } = after;

    /// <summary>The last position; null until it is known where the log begins.</summary>
    public WsmqPosition? Through { get; set; } = through;

    /// <summary>The gap that is announced afterwards: up to where, and why; null if there is none.</summary>
    public (WsmqPosition Through, string Reason)? Gap { get; init; }
}
